#!/bin/sh
# demo.sh -- the first minute with glassnet: trains on a generated set and predicts two raw rows. Called by make demo.
set -eu
glassnet=$B/glassnet
model=$B/demo.safetensors
echo "\$ $glassnet train moons --out $model"
"$glassnet" train moons --out "$model"
names=$("$glassnet" data moons --n 4 --seed 1 | head -n 1 | cut -d, -f1,2)
printf '%s\n' "$names" 0.0,1.0 1.0,-0.5 >"$B/demo-rows.csv"
echo
echo "Two new rows, one on each moon, with their classes:"
echo "\$ $glassnet predict $model $B/demo-rows.csv"
"$glassnet" predict "$model" "$B/demo-rows.csv"
echo
echo "The model is in $model (safetensors); $glassnet info $model shows it."
