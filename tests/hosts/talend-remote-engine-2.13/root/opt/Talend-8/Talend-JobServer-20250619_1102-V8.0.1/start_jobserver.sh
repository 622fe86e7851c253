#!/bin/sh
MY_JMV_ARGS="-Xmx2048m -Djavax.net.ssl.keyStorePassword=Birch.Keystore.9034"
"$JAVA_HOME/bin/java" $MY_JMV_ARGS -cp lib/jobserver.jar org.talend.remote.jobserver.server.TalendJobServer
