# What the command says of itself, and how it refuses what it does not understand.
$ glassnet --version
> glassnet {num}.{num}

$ glassnet --help | head -n 3
> glassnet {num}.{num} -- neural networks that you can see through
>
> usage: glassnet COMMAND [ARGUMENTS] [--option value ...]

# every command has help with its options, and none is empty
$ for c in train eval predict data info ops plan bench help completion man diff descend neuron explain check diagnose stability plot museum; do glassnet $c --help | grep -c -- '--json' >/dev/null || echo $c; done

$ glassnet help data | head -n 2
> usage: glassnet data [NAME] [--option value ...]
> a generated set as CSV; without NAME, the list of them

$ glassnet help CSV-RAGGED
> CSV-RAGGED (exit status 3: bad data or model)
>
> A row has more or fewer fields than the first. {any}

$ glassnet help csv-ragged | head -n 1
> CSV-RAGGED (exit status 3: bad data or model)

$ glassnet help clip-norm
> --clip-norm LIMIT
>
> {any}
> taken by: train explain stability

$ glassnet help CSV-RAGED
! glassnet: error[USAGE]: there is no command, option or error code 'CSV-RAGED'
! hint: did you mean `glassnet help CSV-RAGGED`?
? 2

$ glassnet
! glassnet: error[USAGE]: which command?
! hint: {any}
? 2

$ glassnet trian
! glassnet: error[USAGE]: there is no such command: 'trian'
! hint: did you mean `glassnet train`?
? 2

$ glassnet --epochs 3
! glassnet: error[USAGE]: an option stands where the command should: '--epochs'
! hint: {any}
? 2

$ glassnet train
! glassnet: error[USAGE]: `glassnet train` needs DATA
! hint: `glassnet train --help` has examples
? 2

$ glassnet eval model.safetensors
! glassnet: error[USAGE]: `glassnet eval` needs MODEL DATA
! hint: {any}
? 2

$ glassnet info a b
! glassnet: error[USAGE]: `glassnet info` does not know what to do with 'b'
! hint: usage: glassnet info FILE
? 2

# K20: unknown, not taken here, wrong type, out of range; each names option, value and what is allowed
$ glassnet train spirals --epoch 3
! glassnet: error[CFG-UNKNOWN]: there is no option --epoch
! hint: did you mean --epochs?
? 2

$ glassnet data spirals --epochs 3
! glassnet: error[CFG-UNKNOWN]: `glassnet data` does not take --epochs
! hint: it belongs to: train
? 2

$ glassnet train spirals -e 3
! glassnet: error[CFG-UNKNOWN]: there is no option -e
! hint: options begin with two dashes; {any}
? 2

$ glassnet train spirals --lr NaN
! glassnet: error[CFG-VALUE]: --lr is 'NaN'; it must be a finite number from 0 to 1e{any}38
? 2

$ glassnet train spirals --lr=-1
! glassnet: error[CFG-RANGE]: --lr is -1; it must be a number from 0 to 1e{any}38
? 2

$ glassnet train spirals --lr 1e39
! glassnet: error[CFG-RANGE]: --lr is 1e39; it must be a number from 0 to 1e{any}38
? 2

$ glassnet train spirals --epochs 0
! glassnet: error[CFG-EPOCHS]: --epochs is 0; it must be a whole number from 1 to {any}
? 2

$ glassnet train spirals --epochs 9223372036854775808
! glassnet: error[CFG-RANGE]: --epochs is 9223372036854775808; it must be a whole number from 0 to {any}
? 2

$ glassnet train spirals --epochs ten
! glassnet: error[CFG-VALUE]: --epochs is 'ten'; it must be a whole number from 0 to {any}
? 2

$ glassnet train spirals --layers 784,-5,10 --quiet
! glassnet: error[CFG-NET]: {any}-5{any}
! {lines}
? 2

$ glassnet train spirals --batch 100000 --quiet
! glassnet: error[CFG-BATCH]: {any}100000{any}
! {lines}
? 2

$ glassnet train spirals --task regresion
! glassnet: error[CFG-VALUE]: --task is 'regresion'; it must be one of {any}
! hint: did you mean regression?
? 2

$ glassnet train spirals --quiet=yes
! glassnet: error[CFG-VALUE]: --quiet takes no value, and 'yes' was given
? 2

$ glassnet train spirals --out
! glassnet: error[CFG-VALUE]: --out needs a value: FILE
? 2

$ glassnet train spirals --out --json
! glassnet: error[CFG-VALUE]: --out needs a value: FILE
! hint: the next word is another option; {any}
? 2

$ glassnet train spirals --folds 1
! glassnet: error[CFG-RANGE]: --folds is 1; it must be 0 or a whole number from 2 to 1000
? 2

$ glassnet train spirals --net "8 relu" --layers 8
! glassnet: error[CFG-CONFLICT]: --net and --layers: both describe the hidden layers
? 2

$ glassnet train spirals --folds 3 --holdout 0.1
! glassnet: error[CFG-CONFLICT]: --folds and --holdout: each fold holds out its own rows
? 2

$ glassnet train spirals --optimizer adm --quiet
! glassnet: error[CFG-OPTIMIZER]: {any}
! hint: did you mean "adam"?
? 2

$ glassnet ops relo
! glassnet: error[GRAPH-OP]: there is no operation 'relo'
! hint: did you mean relu?
? 2

# the instruction set comes from the option, else from the environment
$ GLASSNET_ISA=base glassnet bench products --json | grep -c '"isa": "base"'
> 1
$ GLASSNET_ISA=sse9 glassnet data xor --n 1 --noise 0 >/dev/null; echo $?
> 0
$ GLASSNET_ISA=sse9 glassnet bench products
! glassnet: error[CFG-VALUE]: --isa is 'sse9'; it must be one of {any}
! hint: the environment variable GLASSNET_ISA says so
? 2

$ glassnet plan 3 2>&1 | head -n 1
> glassnet: error[{any}

$ glassnet train nosuchset
! glassnet: error[{any}]: nosuchset{any}
! hint: {any}
? 4

# after --, words are arguments, also those that look like options
$ glassnet info -- --table.csv
! glassnet: error[IO-OPEN]: --table.csv: {any}
? 4

# scripts for shells and the manual are well formed
$ glassnet completion bash | bash -n

$ glassnet completion zsh | head -n 1
> #compdef glassnet

$ glassnet completion fish
! glassnet: error[USAGE]: the shells known are bash and zsh, not 'fish'
! hint: {any}
? 2

$ glassnet man | head -n 1
> .TH GLASSNET 1 "" "glassnet {num}.{num}" "User Commands"

# no colour and no escape sequences where there is no terminal
$ glassnet train xor --epochs 1 2>&1 | grep -c "$(printf '\033')"
> 0
? 1

# a closed standard output is an error, a reader that went away is not
$ glassnet ops >/dev/full
! glassnet: error[IO-WRITE]: standard output: {any}
? 4
$ glassnet data spirals --n 100000 | head -n 1
> x1,x2,class

# near misses say what was probably meant
$ glassnet train moon 2>&1
> glassnet: error[IO-OPEN]: moon: No such file or directory
> hint: did you mean the generated set moons? `glassnet data` lists them
? 4
$ glassnet data moons --n 20 > d.csv; glassnet eval d.csv m.safetensors 2>&1
> glassnet: error[ST-LIMIT]: d.csv @0: header length {num} (limit 100000000)
> hint: this file begins as text: is it the data? The model comes first, then the data
? 3
