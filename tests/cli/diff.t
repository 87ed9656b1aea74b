# Derivatives through the command: results as a person writes them, at points with known answers, and every refusal.

# the tangent of x^2 at 1
$ glassnet diff "x^2" --at x=1 | tr -s ' ' | grep -E 'df/dx|tangent'
>  1 df/dx = 2*x = 2*1 = 2 [power: (x^c)' = c*x^(c - 1)]
>  tangent line y = 2*x - 1
> df/dx = 2 > 0: f rises as x grows, so descent makes x smaller: to the left.

# gradient, norm kept as a root, steepest ascent
$ glassnet diff "x^2 + 4*y^2" --at 1,1 | tr -s ' ' | grep -E '^ [0-9]* ?df|sqrt|the gradient |0.242536|largest slope'
> the gradient is a column in the order of the variables
> ── the gradient ────────────────────────────────────────────────────────────────
>  1 df/dx = 2*x = 2*1 = 2
>  3 df/dy = 8*y = 8*1 = 8
>  steepest slope |grad f| = sqrt(|grad f|^2) = sqrt(68)
>  = 2*sqrt(17) = 8.24621
>  = [0.242536, 0.970143]
> ── steepest ascent, by trial: no direction climbs more than the gradient ───────
>  the gradient 0.242536 0.970143 8.24621
> the largest slope of the table, 8.24621, is in the direction of the gradient,

# along a step: linear and quadratic against the truth
$ glassnet diff "x^2 + 4*y^2" --at 1,1 --along 0.01,0.005 --order 2 --json | tr '{' '\n' | grep -oE '"name": "(predicted|change|second|D_u|error)".*"value": [0-9.e-]*' | sed 's/"shown".*"f64", //'
> "name": "D_u", "value": 5.366563145999495
> "name": "predicted", "rows": 1, "cols": 1, "type": "f64", "value": 0.06
> "name": "change", "rows": 1, "cols": 1, "type": "f64", "value": 0.06019999999999914
> "name": "error", "rows": 1, "cols": 1, "type": "f64", "value": 0.0001999999999991453
> "name": "second", "rows": 1, "cols": 1, "type": "f64", "value": 0.0002
> "name": "D_u", "formula": "dot(grad, d)/d_norm", "numbers": "dot([2, 8], [0.01, 0.005])/0.011180339887498949", "value": 5.366563145999495
> "name": "predicted", "formula": "dot(grad, d)", "numbers": "dot([2, 8], [0.01, 0.005])", "value": 0.06
> "name": "change", "formula": "f_moved - f", "numbers": "5.060199999999999 - 5", "value": 0.06019999999999914
> "name": "error", "formula": "change - predicted", "numbers": "0.06019999999999914 - 0.06", "value": 0.0001999999999991453
> "name": "second", "formula": "d'*H*d/2", "numbers": "[0.01, 0.005]'*[[2, 0], [0, 8]]*[0.01, 0.005]/2", "value": 0.0002

# a Jacobian, its determinant and where it is singular
$ glassnet diff "x^2 + y" "2*x + 3*y" | tr -s ' ' | grep -E ' J |singular'
>  J = [[2*x, 1], [2, 3]]
>  determinant det J = 6*x - 2
> the Jacobian is singular where x = 1/3.

$ glassnet diff "[x^2 + y, 2*x + 3*y]" --at 1,1 --along 0.1,-0.1 | tr -s ' ' | grep -E 'det J|= \[2.1'
>  determinant det J = 6*x - 2 = 6*1 - 2 = 4
>  = [2.1, 4.9] [f + J*d]
>  truth moved = [f1(moved), f2(moved)] = [2.11, 4.9]
>  error of the linear error = moved - linear = [2.11, 4.9] - [2.1, 4.9]

# the Hessian's verdict
$ glassnet diff "x^2 - y^2" --order 2 | grep -E 'saddle|curves'
> the Hessian is the same at every point: f is a saddle everywhere.
> it curves down along one direction (-2) and up along another (2).

# the map of gradient descent, as the notebook has it
$ glassnet diff "(w*x - y)^2" --by w --update eta --ascii | grep -F "w' ="| tr -s ' '
>  w' = w*(1 - 2*eta*x^2) + 2*eta*x*y [w - eta*df/dw, by powers of w]

$ glassnet diff "(w*x - y)^2" --by w --collect w | grep 'df/dw' | tr -s ' '
>  1 df/dw = 2*w*x^2 - 2*x*y

# deeper steps, a piece derived once
$ glassnet diff "sin(x^2)*cos(x^2)" --depth 5 | grep 'as in step'
> d(x^2)/dx as in step 3

# the circuit of CS231n
$ glassnet diff "(x + y)*z" --at=-2,5,-4 | tr -s ' ' | grep -E '^ f =|df/d. '
>  f = (x + y)*z = (-2 + 5)*(-4) = -12
>  1 df/dx = z = -4
>  3 df/dy = z = -4
>  5 df/dz = x + y = -2 + 5 = 3
> df/dx = -4 < 0: f falls as x grows, so descent makes x larger.
> df/dy = -4 < 0: f falls as y grows, so descent makes y larger.
> df/dz = 3 > 0: f rises as z grows, so descent makes z smaller.

# at a kink the rule is stated
$ glassnet diff "abs(x)" --at 0 | grep -E 'kink|row states|where'
> abs(x) has a kink here: its slope is -1 from the left and 1 from the right;
> taken is 0, as its row states (sub-gradient rule): where(x > 0, 1, where(x < 0,
> at a kink there is no tangent, and the gradient is one of several slopes.

$ glassnet diff "relu(x)" --at 0 | grep -oE 'kink|taken is 0'
> kink
> taken is 0
> kink

$ glassnet diff "max(x, y)" --at 1,1 | grep -oE 'max\(x, y\) has a kink|taken is 0'
> max(x, y) has a kink
> taken is 0

# e is a constant, and a place where only the branch changes is no kink
$ glassnet diff "e^x" --at x=1 | tr -s ' ' | grep -E 'df/dx|tangent'
>  1 df/dx = e^x = e^1 = e = 2.71828
>  tangent line y = e*x
> df/dx = 2.71828 > 0: f rises as x grows, so descent makes x smaller: to the
$ glassnet diff "e^x" --at x=1,e=2
! glassnet: error[EXP-VAR]: --at: e is a constant, not a variable
! hint: e is 2.71828... and pi 3.14159...; a variable needs another name, or --by that names it
? 2
$ glassnet diff "where(x > 0, x^2, x^2)" --at x=0 | grep -c "kink"
> 0
? 1

# what is not finite is traced to its piece; it is no error
$ glassnet diff "log(x)" --at 0 | grep 'because'
> f is -inf here because of log(x) (column 1): log(0) is -inf.
> df/dx is inf here because of 1/x (column 2): a number divided by 0 is inf, with

$ glassnet diff "1/0" | grep 'because'
> f is inf here because of 1/0 (column 2): a number divided by 0 is inf, with its

$ glassnet diff "3 + sqrt(0 - 1)" | grep 'because'
> f is nan here because of sqrt(0 - 1) (column 5): the square root of a negative

$ glassnet diff "0^0" | grep '0^0 is 1'
> f is 1 here because of 0^0 (column 2): 0^0 is 1.

$ glassnet diff "x/x" --at 0 | grep -o '0/0 is nan'
> 0/0 is nan

$ glassnet diff "9^9^9^9" | grep -c 'f = 9^9^9^9 = inf'
> 1

# an expression may begin with a minus sign; e and pi are constants unless they are chosen
$ glassnet diff -x^2 | grep 'df/dx' | tr -s ' '
>  1 df/dx = -2*x [negation: (-a)' = -a']

$ glassnet diff "e^x" | head -n 2 | tail -n 1
> variables x

$ glassnet diff "e^x" --by e | head -n 2 | tail -n 1
> variables e

# every form of output; a picture
$ for f in text markdown latex html json; do glassnet diff "x^2 + y" "2*x" --order 2 --format $f | grep -c . > n; [ "$(cat n)" -gt 0 ] || echo "nothing as $f"; done

$ glassnet diff "x^3 - x" --at 1 --plot - | grep -c tangent
> 2

$ glassnet diff "x*y*z" --plot -
! glassnet: error[CFG-VALUE]: 1 function of 3 variables cannot be drawn
! hint: up to 4 functions of one variable can, or one of two; --by holds others constant
? 2

# refused
$ glassnet diff ""
! glassnet: error[EXP-EMPTY]: the expression is empty
? 2

$ glassnet diff "  "
! glassnet: error[EXP-EMPTY]: the expression is empty
? 2

$ glassnet diff "x^2+"
! glassnet: error[EXP-SYNTAX]: expression:1:5: the expression ends where a number, a name or '(' is due
! hint: it stands here:
!     x^2+
!         ^
? 2

$ glassnet diff "(x"
! glassnet: error[EXP-SYNTAX]: expression:1:1: '(' is never closed
! hint: it stands here:
!     (x
!     ^
? 2

$ glassnet diff "x)"
! glassnet: error[EXP-SYNTAX]: expression:1:2: ')' closes nothing
! hint: it stands here:
!     x)
!      ^
? 2

$ glassnet diff "x y"
! glassnet: error[EXP-SYNTAX]: expression:1:3: an operator is missing before 'y'
! hint: write x*y
!     x y
!       ^
? 2

$ glassnet diff "2x"
! glassnet: error[EXP-SYNTAX]: expression:1:2: an operator is missing before 'x'
! hint: write 2*x
!     2x
!      ^
? 2

$ glassnet diff "foo(x)"
! glassnet: error[EXP-FUNC]: expression:1:1: there is no function 'foo'
! hint: a product is written foo*(...)
!     foo(x)
!     ^
? 2

$ glassnet diff "sin"
! glassnet: error[EXP-FUNC]: expression:1:1: sin is a function: it takes 1 argument, got none
! hint: it stands here:
!     sin
!     ^
? 2

$ glassnet diff "sin()"
! glassnet: error[EXP-FUNC]: expression:1:1: sin takes 1 argument, got 0
! hint: it stands here:
!     sin()
!     ^
? 2

$ glassnet diff "sin(x,y)"
! glassnet: error[EXP-FUNC]: expression:1:1: sin takes 1 argument, got 2
! hint: it stands here:
!     sin(x,y)
!     ^
? 2

$ glassnet diff "1e999"
! glassnet: error[EXP-NUM]: expression:1:1: 1e999 is too large
! hint: the largest number is 1.7976931348623157e308
!     1e999
!     ^
? 2

$ glassnet diff "0x"
! glassnet: error[EXP-NUM]: expression:1:1: '0x' does not begin a number
! hint: numbers are decimal; a product is written 0*x
!     0x
!     ^
? 2

$ glassnet diff "1..2"
! glassnet: error[EXP-NUM]: expression:1:3: a second point stands in a number
! hint: a number has one point
!     1..2
!       ^
? 2

$ glassnet diff "1,5"
! glassnet: error[EXP-NUM]: expression:1:2: a comma stands in a number
! hint: the decimal mark is a point: 1.5
!     1,5
!      ^
? 2

$ glassnet diff "x²"
! glassnet: error[EXP-CHAR]: expression:1:2: '²' is not a character of the expression language
! hint: write x^2
!     x²
!      ^
? 2

$ glassnet diff "−x"
! glassnet: error[EXP-CHAR]: expression:1:1: '−' is not a character of the expression language
! hint: write -
!     −x
!     ^
? 2

$ glassnet diff "__import__('os')"
! glassnet: error[EXP-SYNTAX]: expression:1:12: ''' stands where a number, a name or '(' is due
! hint: it stands here:
!     __import__('os')
!                ^
? 2

$ glassnet diff ";rm"
! glassnet: error[EXP-SYNTAX]: expression:1:1: ';' stands where a number, a name or '(' is due
! hint: it stands here:
!     ;rm
!     ^
? 2

$ glassnet diff "\`ls\`"
! glassnet: error[EXP-SYNTAX]: expression:1:1: '`' has no meaning in an expression
! hint: it stands here:
!     `ls`
!     ^
? 2

$ glassnet diff "[[x, y], [y, x]]"
! glassnet: error[EXP-SHAPE]: a 2 x 2 matrix is no list of functions
! hint: derivatives are of a number or of a vector such as [x^2 + y, 2*x + 3*y]
? 2

$ glassnet diff "$(printf '%0100000d' 0 | tr 0 '(')" 2>&1 | head -n 1
> glassnet: error[EXP-DEPTH]: expression:1:257: the expression is nested more than 256 deep

$ glassnet diff "x$(printf '%040000d' 0 | sed 's/0/+x/g')" 2>&1 | head -n 1
> glassnet: error[EXP-LIMIT]: expression:1:65536: the expression is longer than 65536 bytes

$ glassnet diff "$(printf '%0100000d' 0 | tr 0 x)" 2>&1 | head -n 1
> glassnet: error[EXP-LIMIT]: expression:1:1: a name is longer than 256 bytes

# the derivative of a tower: an answer or a limit, but soon
$ timeout 5 glassnet diff "$(python3 -c "
$+ import functools; print(functools.reduce(lambda s, _: '(%s)^(%s + x)' % (s, s), range(9), 'x'))")" --order 2 2>&1 | grep -oE 'EXP-LIMIT\]: .*'
> EXP-LIMIT]: the derivative exceeds 100000 terms

$ glassnet diff "x + y" --at x=abc
! glassnet: error[EXP-NUM]: --at: 'abc' is not a number
! hint: a value is a number such as -0.5, or is made of numbers, such as 1/3 or pi/2
? 2

$ glassnet diff "x + y" --at x=1
! glassnet: error[EXP-VAR]: --at: there is no value for 'y'
! hint: the variables are x, y; such as --at x=1,y=1
? 2

$ glassnet diff "x + y" --at x=1,x=2
! glassnet: error[EXP-VAR]: --at: twice given: 'x'
! hint: the variables are x, y; such as --at x=1,y=1
? 2

$ glassnet diff "x + y" --at x=1,z=2,y=1
! glassnet: error[EXP-VAR]: --at: unknown 'z'
! hint: the variables are x, y; such as --at x=1,y=1
? 2

$ glassnet diff "x + y" --at 1,2,3
! glassnet: error[EXP-VAR]: --at: one value too many: '3'
! hint: the variables are x, y; such as --at x=1,y=1
? 2

$ glassnet diff "x + y" --at x=1,2
! glassnet: error[EXP-VAR]: --at: values with and without a name: '2'
! hint: the variables are x, y; such as --at x=1,y=1
? 2

$ glassnet diff "x + y" --at x=inf,y=1
! glassnet: error[EXP-NUM]: --at: 'inf' is inf; a point is finite
? 2

$ glassnet diff "x + y" --at x=1/0,y=1
! glassnet: error[EXP-NUM]: --at: '1/0' is inf; a point is finite
? 2

$ glassnet diff "x + z" --by y
! glassnet: error[EXP-VAR]: the expression has no variable 'y'
! hint: its names are x, z
? 2

$ glassnet diff "x^2" --along 1
! glassnet: error[CFG-VALUE]: --along needs a point to start from
! hint: say where with --at
? 2

$ glassnet diff "x^2" --at 1 --along 1,2
! glassnet: error[CFG-VALUE]: --along has 2 numbers, and the function has 1 variable
! hint: it takes one number a variable, in the order in which they stand in the expression
? 2

$ glassnet diff "x^2" --update 3
! glassnet: error[CFG-VALUE]: --update is '3'; it must be a name
? 2

# a rate is no variable and no constant; what is collected stands in the expression
$ glassnet diff "w^2" --update w
! glassnet: error[CFG-VALUE]: --update is 'w'; that stands in the expression, and a rate is another name
! hint: --update eta
? 2
$ glassnet diff "w^2" --update e
! glassnet: error[CFG-VALUE]: --update is 'e'; it must be a name
? 2
$ glassnet diff "w^2" --collect zz
! glassnet: error[CFG-VALUE]: --collect is 'zz'; the expression has no such name
? 2

$ glassnet diff x -depth 3
! glassnet: error[CFG-UNKNOWN]: there is no option -depth
! hint: options begin with two dashes: --depth
? 2

$ glassnet diff
! glassnet: error[USAGE]: `glassnet diff` needs EXPR...
! hint: `glassnet diff --help` has examples
? 2

# a name that begins like a derivative is a name
$ glassnet diff "dead_data^2" --at 3 | grep '^    [df]'
>     dead_data = 3
>     f = dead_data^2 = 3^2 = 9
$ glassnet diff "dead_data^2" --at 3 --format latex | grep -c 'partial ead'
> 0
? 1
$ glassnet diff "dead_data^2 + a*x" --at 3,1,2 --format latex | grep -o '.frac{.partial f}{.partial x}' | head -n 1
> \frac{\partial f}{\partial x}

# eigenvalues that are whole numbers are printed as such, and a sentence has the digits that were asked for
$ glassnet diff "x^2+3*x*y+y^2" --order 2 --digits 17 --at 1,1 | grep -E 'eigenvalue|curves' | tr -s ' '
>  eigenvalue λ_1 = -1 [along [-0.7071067811865476, 0.7071067811865476]]
>  eigenvalue λ_2 = 5 [along [0.7071067811865476, 0.7071067811865476]]
> it curves down along one direction (-1) and up along another (5).
$ glassnet diff "x^2/3 + y^2/7" --order 2 --digits 9 | grep -oE 'fixed rate|λ_. = [^ ]* = [0-9.]*|2/\(.*\) = 2.1'
> λ_1 = 2/7 = 0.285714286
> λ_2 = 2/3 = 0.666666667
> 2/(0.285714286 + 0.666666667) = 2.1
$ glassnet diff "x^2 + 4*y^2" --at 1,1 --along 0.01,0.005 --order 2 | grep -oE 'rounding'
> rounding
$ glassnet diff "x^4" --at 1 --along 0.1 --order 2 | grep -c 'rounding'
> 0
? 1

# functions that are written otherwise here
$ glassnet diff "ln(x)" 2>&1 | grep hint
> hint: log(x) is the natural logarithm
$ glassnet diff "tan(x)" 2>&1 | grep hint
> hint: write sin(x)/cos(x)

# a number without names has its exact form too
$ glassnet diff "sqrt(68)" | tail -1
>     f = sqrt(68) = 2*sqrt(17) = 8.24621
$ glassnet diff "1/3 + 1/6" | tail -1
>     f = 1/3 + 1/6 = 1/2 = 0.5

# what is held constant is no variable: a statement about every point stays one
$ glassnet diff "(w*x-y)^2" --by w --at w=0.5,x=3,y=10 --order 2 | grep 'every'
> the second derivative is the same at every point: f is convex everywhere.
$ glassnet diff "c*x^2 + y^2" --by x,y --order 2 | grep -A1 'the eigenvalues are'
> the eigenvalues are the same at every point, but made of what is held constant;
> --at gives numbers.
$ glassnet diff "x^4" --order 2 | tail -1
> the second derivative changes with the point; --at gives it at one.
$ glassnet diff "3*x" --order 2 | tail -1
> the second derivative is the same at every point: f is straight everywhere.
$ glassnet diff "2*x + 3*y" --order 2 | tail -1
> the Hessian is the same at every point: f is without curvature everywhere.
$ glassnet diff "sin(x)" --at x=pi/2 | tail -1
> df/dx = 6.12323e-17 is too small to move f by more than its rounding.

# a rate has a name of its own, a step can be given by names
$ glassnet diff "(w*x - y)^2" --by w --update x
! glassnet: error[CFG-VALUE]: --update is 'x'; that stands in the expression, and a rate is another name
! hint: --update eta
? 2
$ glassnet diff "x^2 + 4*y^2" --at 1,1 --along y=0.005,x=0.01 | grep 'd_x = '
>                        d_x = 0.01   d_y = 0.005
$ glassnet diff "x^2 + 4*y^2" --at 1,1 --along y=0.005
! glassnet: error[EXP-VAR]: --along: there is no value for 'x'
! hint: the variables are x, y; such as --along x=1,y=1
? 2
$ glassnet diff "3*powt(x)" 2>&1 | grep hint
> hint: write x^t, with t a variable of its own
$ glassnet diff "y = x^2" 2>&1 | grep hint
> hint: an expression is what stands behind an =; two values are compared with ==
$ glassnet diff "x^2 - 4*x + 5" --at x=0 | grep "df/dx = -4 <"
> df/dx = -4 < 0: f falls as x grows, so descent makes x larger: to the right.

# pieces with kinks, and a whole without one: the slopes are those of the sides
$ glassnet diff "abs(x)^2" --at 0 --along 0.1 --order 2 | tr -s ' ' | grep -E 'kink|curvature =|convex|straight|its error'
> abs(x) has a kink here: its slope is -1 from the left and 1 from the right;
> a piece has a kink that the whole has not: from both sides the slope of f is 0,
>  from both sides curvature = 2
> at this point f is convex (a local statement: the second derivative changes with
>  its error quadratic_error = change - quadratic = 0.01 - 0.01 = 0
$ glassnet diff "relu(x)-relu(-x)" --at 0 | sed -n '/^a piece/,/^the slope/p' | tr -s ' '
> a piece has a kink that the whole has not: from both sides the slope of f is 1.
> the formula gives 0 by the convention at the kinks of its pieces: that is what
> the engine would use, and no slope of f.
>  from both sides slope = 1
>  tangent line y = x
> the slope by x from both sides = 1 > 0: f rises as x grows, so descent makes x
$ for f in "abs(x^2)" "abs(x)*x"; do glassnet diff "$f" --at 0; done | grep -E 'tangent|^abs|as the formula'
> abs, in abs(x^2), has a kink here: its slope by its argument x^2 is -1 from the
> as the formula gives it.
>    tangent line y = 0
> abs(x) has a kink here: its slope is -1 from the left and 1 from the right;
> as the formula gives it.
>    tangent line y = 0
$ glassnet diff "abs(x*y)" --at 0,0 | grep -E 'all sides|tangent'
> a piece has a kink that the whole has not: from all sides tried the gradient of
>    tangent plane  tangent    = 0
$ glassnet diff "relu(x) - 2*relu(-x)" --at 0 | sed -n '/^f itself/,$p' | head -4
> f itself has a kink here: its slope is 2 from the left and 1 from the right; 0,
> which the formula gives, is not even between them, and no slope of it.
> at a kink there is no tangent: what the formula gives is what the engine would
> use, and no more.
$ glassnet diff "abs(x)" --at 0 --plot - | grep -c tangent
> 1

# where a determinant made of pieces is 0, no line's root says
$ for f in "where(x>0,x,2*x)" "leaky_relu(x)" "hard_tanh(x)" "max(x,2)" "abs(x-1)+abs(x+1)" "2*relu(x)-x"; do glassnet diff "$f" y | grep -A1 singular; done | sort | uniq -c | tr -s ' '
>  6 --at tells it at a point.
>  6 the Jacobian is singular where its determinant is 0: that is made of pieces, and

# a proposed rate is a name that is free
$ glassnet diff "x^2*eta" --by x --update eta
! glassnet: error[CFG-VALUE]: --update is 'eta'; that stands in the expression, and a rate is another name
! hint: --update lr
? 2
$ glassnet diff "x^2*eta*lr*rate*alpha*step" --by x --update lr 2>&1 | grep hint
> hint: --update eta1
