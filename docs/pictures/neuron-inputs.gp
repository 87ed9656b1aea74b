# A picture by glassnet, for gnuplot 5.
set terminal svg size 720,480 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './neuron-inputs.svg'
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
set title 'weight of a neuron under gradient descent; what diverges leaves the picture'
set xlabel 'step k'."\n"
set ylabel 'weight w'
unset logscale x
set xrange [-0.36:12.36]
set format x '%g'
unset logscale y
set yrange [-1:3]
set format y '%g'
set xtics 1 norotate
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
-0.36 1.111111111
12.36 1.111111111

EOD
$d2 << EOD
-0.36 1
12.36 1

EOD
$d3 << EOD
-0.36 0.9090909091
12.36 0.9090909091

EOD
$d4 << EOD
0 0
1 1.8
2 0.684
3 1.37592
4 0.9469296
5 1.212903648
6 1.047999738
7 1.150240162
8 1.086851099
9 1.126152318
10 1.101785563
11 1.116892951
12 1.10752637
EOD
$d5 << EOD
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
EOD
$d6 << EOD
0 0
1 2.2
2 -0.924
3 3.51208
4 -2.7871536
5 6.157758112
6 -6.544016519
7 11.49250346
8 -14.11935491
9 22.24948397
10 -29.39426724
11 43.93985948
12 -60.19460046
EOD
plot $d1 using 1:2 with lines lw 1.4 dt (9,5) lc rgb '#666666' title 'w* = y/x = 1.11111', \
  $d2 using 1:2 with lines lw 1.4 dt (3,3) lc rgb '#666666' title 'w* = y/x = 1', \
  $d3 using 1:2 with lines lw 1.4 dt (12,4,2,4) lc rgb '#666666' title 'w* = y/x = 0.909091', \
  $d4 using 1:2 with linespoints lw 1.6 dt 1 pointinterval 1 lc rgb '#0072B2' pt 7 ps 0.7 title 'x = 9, η = 0.01: r = -0.62, oscillating', \
  $d5 using 1:2 with linespoints lw 1.6 dt (12,4) pointinterval 1 lc rgb '#E69F00' pt 5 ps 0.7 title 'x = 10, η = 0.01: r = -1, two-cycle', \
  $d6 using 1:2 with linespoints lw 1.6 dt (3,3) pointinterval 1 lc rgb '#000000' pt 9 ps 0.9 title 'x = 11, η = 0.01: r = -1.42, divergent'
unset output
