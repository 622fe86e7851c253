#!/bin/sh
export ODBCINI=/etc/odbc.ini
