# A picture by glassnet, for gnuplot 5.
set terminal svg size 720,480 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './neuron-oscillating.svg'
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
set yrange [-0.36:6.36]
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
1 6
2 1.2
3 5.04
4 1.968
5 4.4256
6 2.45952
7 4.032384
8 2.7740928
9 3.78072576
10 2.975419392
11 3.619664486
12 3.104268411
13 3.516585271
14 3.186731783
15 3.450614574
16 3.239508341
17 3.408393327
18 3.273285338
19 3.381371729
20 3.294902617
21 3.364077907
22 3.308737675
23 3.35300986
24 3.317592112
25 3.345926311
26 3.323258952
27 3.341392839
28 3.326885729
29 3.338491417
30 3.329206867
EOD
plot $d1 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' title 'w* = y/x = 3.33333', \
  $d2 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 title 'x = 3, η = 0.1: r = -0.8, oscillating'
unset output
