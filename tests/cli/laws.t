# Laws of the whole program: column order, threads, instruction sets, interruption.
# columns shuffled: the same predictions bit for bit
$ glassnet data blobs --n 200 --seed 5 > t.csv
$ glassnet train t.csv --epochs 10 --quiet --out m.safetensors > /dev/null
$ awk -F, '{ print $3 "," $2 "," $1 }' t.csv > shuffled.csv; glassnet predict m.safetensors t.csv --proba > a; glassnet predict m.safetensors shuffled.csv --proba > b; cmp a b && wc -l < a
> 201

# text columns too, by name and in any order
<<< mixed.py
import random
random.seed(3)
print("size,colour,weight,price")
for i in range(120):
    s, c, w = random.uniform(1, 9), random.choice(["red", "green", "blue"]), random.uniform(0, 1)
    print("%.3f,%s,%.3f,%.4f" % (s, c, w, 3 * s + {"red": 5, "green": 0, "blue": -4}[c] + w))
>>>
$ python3 mixed.py > mixed.csv; glassnet train mixed.csv --epochs 10 --quiet --out x.safetensors | sed -n '3,4p'
> on held-out rows
> R2    {num}  (24 rows)
$ awk -F, '{ print $4 "," $2 "," $3 "," $1 }' mixed.csv > moved.csv; glassnet predict x.safetensors mixed.csv > a; glassnet predict x.safetensors moved.csv > b; cmp a b && head -n 1 a
> price

# 1, 2, 3 and 7 threads: the same model file byte for byte
$ for n in 1 2 3 7; do glassnet train spirals --epochs 5 --threads $n --quiet --out t$n.safetensors > /dev/null; done; cmp t1.safetensors t2.safetensors && cmp t1.safetensors t3.safetensors && cmp t1.safetensors t7.safetensors
$ for n in 1 2 3 7; do glassnet train spirals --net "96 tanh, dropout 0.3, 96 relu, batchnorm, residual 96 gelu" --batch 512 --epochs 3 --threads $n --quiet --out t$n.safetensors > /dev/null; done; cmp t1.safetensors t2.safetensors && cmp t1.safetensors t3.safetensors && cmp t1.safetensors t7.safetensors

# the exact mode: the same bytes on any instruction set, and the same with 1 and 2 threads
$ for i in base auto; do GLASSNET_ISA=$i glassnet train blobs --net "40 tanh, 24 gelu, layernorm, 16 relu" --numerics exact --epochs 8 --quiet --out x$i.safetensors > /dev/null; done; GLASSNET_ISA=base glassnet train blobs --net "40 tanh, 24 gelu, layernorm, 16 relu" --numerics exact --epochs 8 --threads 1 --quiet --out xone.safetensors > /dev/null; cmp xbase.safetensors xauto.safetensors && cmp xbase.safetensors xone.safetensors

# Ctrl-C: the model so far is saved, exit status 130; SIGTERM: 143
$ glassnet train spirals --epochs 100000000 --early-stop 0 --quiet --out i.safetensors > out & pid=$!; sleep 1; kill -INT $pid; wait $pid
! glassnet: error[STOPPED]: training was stopped in epoch {any}
? 130
$ tail -n 1 out; glassnet info i.safetensors | head -n 1
> the model so far ({num} parameters): i.safetensors
> model, float32
$ glassnet train spirals --epochs 100000000 --early-stop 0 --quiet --out i.safetensors > out & pid=$!; sleep 1; kill -TERM $pid; wait $pid
! glassnet: error[STOPPED]: {any}
? 143

# what a spreadsheet would run is disarmed (C51)
<<< evil.csv
x,label
1,=cmd|' /C calc'!A0
2,good
3,=cmd|' /C calc'!A0
4,good
>>>
$ glassnet train evil.csv --epochs 60 --holdout 0 --quiet --out e.safetensors > /dev/null; glassnet predict e.safetensors evil.csv | sort -u | sed -n '1,2p'
> '=cmd|' /C calc'!A0
> {any}

# a header of any length is told from other files that begin with the same bytes
$ name=x; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do name=${name}12345678; cp t.csv $name; glassnet train $name --epochs 1 --layers 2 --quiet --out h.safetensors >/dev/null && glassnet info h.safetensors >/dev/null || echo $name; rm $name; done
