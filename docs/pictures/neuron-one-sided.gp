# A picture by glassnet, for gnuplot 5.
set terminal svg size 720,480 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './neuron-one-sided.svg'
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
unset arrow
unset label
set title 'weight of a neuron under gradient descent'
set xlabel 'step k'."\n"
set ylabel 'weight w'
unset logscale x
set xrange [-0.9:30.9]
set format x '%g'
unset logscale y
set yrange [-0.2:3.533333333]
set format y '%g'
set xtics 5 norotate
set ytics 0.5 norotate
set size noratio
set border 3
set grid back
set key on
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
$d1 << EOD
-0.9 3.333333333
30.9 3.333333333

EOD
$d2 << EOD
0 0
1 0.6
2 1.092
3 1.49544
4 1.8262608
5 2.097533856
6 2.319977762
7 2.502381765
8 2.651953047
9 2.774601499
10 2.875173229
11 2.957642048
12 3.025266479
13 3.080718513
14 3.126189181
15 3.163475128
16 3.194049605
17 3.219120676
18 3.239678954
19 3.256536743
20 3.270360129
21 3.281695306
22 3.290990151
23 3.298611924
24 3.304861777
25 3.309986657
26 3.314189059
27 3.317635028
28 3.320460723
29 3.322777793
30 3.32467779
EOD
plot $d1 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' title 'w* = y/x = 3.33333', \
  $d2 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 title 'x = 3, η = 0.01: r = 0.82, one-sided'
unset output
