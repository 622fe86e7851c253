#!/bin/sh
exec java -Xmx4g -Djavax.net.ssl.keyStorePassword=Ivy-Start-Script-47 -jar tdp.jar
