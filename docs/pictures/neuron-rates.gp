# A picture by glassnet, for gnuplot 5.
set terminal svg size 1200,684 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './neuron-rates.svg'
set encoding utf8
set clip two
set border 3 lc rgb '#444444' lw 1
set tics nomirror out scale 0.5
set xtics textcolor rgb '#444444'
set ytics textcolor rgb '#444444'
set grid lt 1 lw 0.7 lc rgb '#DDDDDD'
set key bottom center horizontal outside Left reverse samplen 3.5 width 1
set style fill solid 1 border lc rgb '#333333'
set style arrow 1 nohead lc rgb '#666666' lw 1.4 dt (9,5)
set multiplot layout 2,3 rowsfirst title 'learning rates of a neuron with x = 10, y = 10'
unset arrow
unset label
set title 'η=0.001: r=0.8, one-sided, stable'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-1.5:51.5]
set format x '%g'
unset logscale y
set yrange [-0.06:1.06]
set format y '%g'
set xtics 10 norotate
set ytics 0.2 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d1 << EOD
-1.5 1
51.5 1

EOD
$d2 << EOD
0 0
1 0.2
2 0.36
3 0.488
4 0.5904
5 0.67232
6 0.737856
7 0.7902848
8 0.83222784
9 0.865782272
10 0.8926258176
11 0.9141006541
12 0.9312805233
13 0.9450244186
14 0.9560195349
15 0.9648156279
16 0.9718525023
17 0.9774820019
18 0.9819856015
19 0.9855884812
20 0.988470785
21 0.990776628
22 0.9926213024
23 0.9940970419
24 0.9952776335
25 0.9962221068
26 0.9969776855
27 0.9975821484
28 0.9980657187
29 0.998452575
30 0.99876206
31 0.999009648
32 0.9992077184
33 0.9993661747
34 0.9994929398
35 0.9995943518
36 0.9996754814
37 0.9997403852
38 0.9997923081
39 0.9998338465
40 0.9998670772
41 0.9998936618
42 0.9999149294
43 0.9999319435
44 0.9999455548
45 0.9999564439
46 0.9999651551
47 0.9999721241
48 0.9999776993
49 0.9999821594
50 0.9999857275
EOD
plot $d1 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d2 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 5 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset arrow
unset label
set title 'η=0.005: r=0, one step, stable'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-1.5:51.5]
set format x '%g'
unset logscale y
set yrange [-0.06:1.06]
set format y '%g'
set xtics 10 norotate
set ytics 0.2 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d3 << EOD
-1.5 1
51.5 1

EOD
$d4 << EOD
0 0
1 1
2 1
3 1
4 1
5 1
6 1
7 1
8 1
9 1
10 1
11 1
12 1
13 1
14 1
15 1
16 1
17 1
18 1
19 1
20 1
21 1
22 1
23 1
24 1
25 1
26 1
27 1
28 1
29 1
30 1
31 1
32 1
33 1
34 1
35 1
36 1
37 1
38 1
39 1
40 1
41 1
42 1
43 1
44 1
45 1
46 1
47 1
48 1
49 1
50 1
EOD
plot $d3 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d4 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 5 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset arrow
unset label
set title 'η=0.01: r=-1, two-cycle, critical'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-1.5:51.5]
set format x '%g'
unset logscale y
set yrange [-0.12:2.12]
set format y '%g'
set xtics 10 norotate
set ytics 0.5 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d5 << EOD
-1.5 1
51.5 1

EOD
$d6 << EOD
0 0
1 2
2 0
3 2
4 0
5 2
6 0
7 2
8 0
9 2
10 0
11 2
12 0
13 2
14 0
15 2
16 0
17 2
18 0
19 2
20 0
21 2
22 0
23 2
24 0
25 2
26 0
27 2
28 0
29 2
30 0
31 2
32 0
33 2
34 0
35 2
36 0
37 2
38 0
39 2
40 0
41 2
42 0
43 2
44 0
45 2
46 0
47 2
48 0
49 2
50 0
EOD
plot $d5 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d6 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 5 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset arrow
unset label
set title 'η=0.011: r=-1.2, divergent, unstable'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-1.14:39.14]
set format x '%g'
unset logscale y
set yrange [-1131.948917:963.836467]
set format y '%g'
set xtics 10 norotate
set ytics 200 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d7 << EOD
-1.14 1
39.14 1

EOD
$d8 << EOD
0 0
1 2.2
2 -0.44
3 2.728
4 -1.0736
5 3.48832
6 -1.985984
7 4.5831808
8 -3.29981696
9 6.159780352
10 -5.191736422
11 8.430083707
12 -7.916100448
13 11.69932054
14 -11.83918465
15 16.40702157
16 -17.48842589
17 23.18611107
18 -25.62333328
19 32.94799994
20 -37.33759992
21 47.00511991
22 -54.20614389
23 67.24737267
24 -78.4968472
25 96.39621664
26 -113.47546
27 138.370552
28 -163.8446624
29 198.8135948
30 -236.3763138
31 285.8515766
32 -340.8218919
33 411.1862702
34 -491.2235243
35 591.6682292
36 -707.801875
37 851.56225
38 -1019.6747
EOD
plot $d7 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d8 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset arrow
unset label
set title 'η=0.015: r=-2, divergent, unstable'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-0.3:10.3]
set format x '%g'
unset logscale y
set yrange [-1115.16:605.16]
set format y '%g'
set xtics 2 norotate
set ytics 200 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d9 << EOD
-0.3 1
10.3 1

EOD
$d10 << EOD
0 0
1 3
2 -3
3 9
4 -15
5 33
6 -63
7 129
8 -255
9 513
10 -1023
EOD
plot $d9 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d10 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset arrow
unset label
set title 'η=0.02: r=-3, divergent, unstable'
set xlabel 'step k'
set ylabel 'weight w'
unset logscale x
set xrange [-0.21:7.21]
set format x '%g'
unset logscale y
set yrange [-902.96:2362.96]
set format y '%g'
set xtics 1 norotate
set ytics 500 norotate
set size noratio
set border 3
set grid back
set key off
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d11 << EOD
-0.21 1
7.21 1

EOD
$d12 << EOD
0 0
1 4
2 -8
3 28
4 -80
5 244
6 -728
7 2188
EOD
plot $d11 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' notitle, \
  $d12 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 notitle
unset multiplot
unset output
