#!/bin/sh
export AREP_HOME=/opt/attunity/replicate
export LD_LIBRARY_PATH=$AREP_HOME/lib:$LD_LIBRARY_PATH
