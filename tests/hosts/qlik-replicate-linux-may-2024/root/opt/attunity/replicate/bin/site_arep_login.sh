#!/bin/sh
export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/opt/oracle/instantclient_21_9
export PROXY=http://repl:Marble-Keel-3376@proxy.corp.example:3128
export ReplicateAdminPassword=Dapple-Ferry-5092
