#!/bin/sh
MY_JMV_ARGS="-Xmx2048m -Djavax.net.ssl.keyStorePassword=Birch-Script-Keystore-41"
"$JAVA_HOME/bin/java" $MY_JMV_ARGS -cp lib/jobserver.jar org.talend.remote.jobserver.server.TalendJobServer
