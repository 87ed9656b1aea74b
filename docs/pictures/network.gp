# A picture by glassnet, for gnuplot 5.
set terminal svg size 720,480 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './network.svg'
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
set title 'the network, 105 parameters; the widest line is a weight of 3.12'
set xlabel ''."\n"
set ylabel ''
unset logscale x
set xrange [-0.223880597:3.358208955]
set format x '%g'
unset logscale y
set yrange [-4.36:5.96]
set format y '%g'
set xtics 0.5 norotate
set ytics 1 norotate
set size noratio
unset border
unset tics
unset grid
set key on
unset colorbox
unset logscale cb
set cbrange [0:1]
set rmargin -1
set label '2 inputs' at first 0,first 5.1 center front textcolor rgb '#222222'
set label '8 tanh' at first 1,first 5.1 center front textcolor rgb '#222222'
set label '8 tanh' at first 2,first 5.1 center front textcolor rgb '#222222'
set label '1 identity' at first 3,first 5.1 center front textcolor rgb '#222222'
set label 'x1' at first 0,first 1.25 right offset character -2.2,0 front textcolor rgb '#222222'
set label 'x2' at first 0,first -1.25 right offset character -2.2,0 front textcolor rgb '#222222'
set label 'lower' at first 3,first 0 left offset character 2.2,0 front textcolor rgb '#222222'
$d1 << EOD
EOD
$d2 << EOD
EOD
$d3 << EOD
EOD
$d4 << EOD
2 3.5
3 0

2 2.5
3 0

2 1.5
3 0

2 0.5
3 0

EOD
$d5 << EOD
1 1.5
2 3.5

1 1.5
2 2.5

1 1.5
2 1.5

1 1.5
2 0.5

1 1.5
2 -0.5

1 1.5
2 -3.5

2 -0.5
3 0

2 -3.5
3 0

EOD
$d6 << EOD
EOD
$d7 << EOD
0 1.25
1 2.5

0 1.25
1 -3.5

1 -3.5
2 3.5

1 2.5
2 2.5

1 -3.5
2 2.5

1 -3.5
2 1.5

1 2.5
2 0.5

1 -3.5
2 0.5

1 1.5
2 -2.5

2 -2.5
3 0

EOD
$d8 << EOD
0 -1.25
1 3.5

0 -1.25
1 0.5

0 -1.25
1 -0.5

0 -1.25
1 -1.5

0 -1.25
1 -2.5

1 2.5
2 3.5

1 2.5
2 1.5

1 2.5
2 -0.5

1 -3.5
2 -0.5

1 3.5
2 -1.5

1 0.5
2 -1.5

1 -0.5
2 -1.5

1 -1.5
2 -1.5

1 -2.5
2 -1.5

1 2.5
2 -2.5

1 -3.5
2 -2.5

1 2.5
2 -3.5

1 -3.5
2 -3.5

EOD
$d9 << EOD
0 1.25
1 1.5

EOD
$d10 << EOD
EOD
$d11 << EOD
EOD
$d12 << EOD
EOD
$d13 << EOD
1 1.5
2 -1.5

2 -1.5
3 0

EOD
$d14 << EOD
0 -1.25
1 1.5

EOD
$d15 << EOD
0 1.25
1 3.5

0 1.25
1 0.5

0 1.25
1 -0.5

0 1.25
1 -1.5

0 1.25
1 -2.5

1 -0.5
2 3.5

1 -2.5
2 3.5

1 3.5
2 2.5

1 0.5
2 2.5

1 -0.5
2 2.5

1 -1.5
2 2.5

1 -2.5
2 2.5

1 0.5
2 1.5

1 -0.5
2 1.5

1 -1.5
2 1.5

1 -2.5
2 1.5

1 3.5
2 0.5

1 0.5
2 0.5

1 -0.5
2 0.5

1 -1.5
2 0.5

1 -2.5
2 0.5

EOD
$d16 << EOD
0 -1.25
1 2.5

0 -1.25
1 -3.5

1 3.5
2 3.5

1 0.5
2 3.5

1 -1.5
2 3.5

1 3.5
2 1.5

1 3.5
2 -0.5

1 0.5
2 -0.5

1 -0.5
2 -0.5

1 -1.5
2 -0.5

1 -2.5
2 -0.5

1 2.5
2 -1.5

1 -3.5
2 -1.5

1 3.5
2 -2.5

1 0.5
2 -2.5

1 -0.5
2 -2.5

1 -1.5
2 -2.5

1 -2.5
2 -2.5

1 3.5
2 -3.5

1 0.5
2 -3.5

1 -0.5
2 -3.5

1 -1.5
2 -3.5

1 -2.5
2 -3.5

EOD
$d17 << EOD
0 1.25
0 -1.25
1 3.5
1 2.5
1 1.5
1 0.5
1 -0.5
1 -1.5
1 -2.5
1 -3.5
2 3.5
2 2.5
2 1.5
2 0.5
2 -0.5
2 -1.5
2 -2.5
2 -3.5
3 0
EOD
plot $d4 using 1:2 with lines lw 3.15 dt 1 lc rgb '#3992C3' notitle, \
  $d5 using 1:2 with lines lw 2.6 dt 1 lc rgb '#4D9CC9' notitle, \
  $d7 using 1:2 with lines lw 1.5 dt 1 lc rgb '#73B1D5' notitle, \
  $d8 using 1:2 with lines lw 0.95 dt 1 lc rgb '#86BCDA' notitle, \
  NaN with lines lw 2.6 dt 1 lc rgb '#0072B2' title 'positive weight', \
  $d9 using 1:2 with lines lw 4.8 dt (5,3) lc rgb '#D55E00' notitle, \
  $d13 using 1:2 with lines lw 2.6 dt (5,3) lc rgb '#E28E4D' notitle, \
  $d14 using 1:2 with lines lw 2.05 dt (5,3) lc rgb '#E59A60' notitle, \
  $d15 using 1:2 with lines lw 1.5 dt (5,3) lc rgb '#E8A673' notitle, \
  $d16 using 1:2 with lines lw 0.95 dt (5,3) lc rgb '#EBB386' notitle, \
  NaN with lines lw 2.6 dt (5,3) lc rgb '#D55E00' title 'negative weight', \
  $d17 using 1:2 with points pt 7 lc rgb '#333333' ps 2.536997886 notitle, \
  $d17 using 1:2 with points pt 7 lc rgb '#FFFFFF' ps 2.181818182 notitle
unset output
