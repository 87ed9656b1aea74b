# A picture by glassnet, for gnuplot 5.
set terminal svg size 720,480 noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' background rgb '#FFFFFF'
set output './confusion.svg'
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
set title 'true against predicted class, 300 rows, accuracy 100.00 %'
set xlabel 'predicted class'
set ylabel 'true class'
unset logscale x
set xrange [-0.5:1.5]
set format x '%g'
unset logscale y
set yrange [-0.5:1.5]
set format y '%g'
set xtics ('upper' 0, 'lower' 1) norotate
set ytics ('lower' 0, 'upper' 1) norotate
set size noratio
set border 3
unset grid
set key off
set palette defined (0 '#FFFFFF', 1 '#0B559F')
set colorbox
unset logscale cb
set cbrange [0:150]
set format cb '%g'
set cblabel offset 1,0 'rows'
set rmargin 9
$d1 << EOD
0 0 0
1 0 150
0 1 150
1 1 0
EOD
$d2 << EOD
0 0 0
1 1 0
EOD
$d3 << EOD
1 0 150
0 1 150
EOD
plot $d1 using 1:2:3 with image pixels notitle, \
  $d2 using 1:2:3 with labels textcolor rgb '#000000' notitle, \
  $d3 using 1:2:3 with labels textcolor rgb '#FFFFFF' notitle
unset output
