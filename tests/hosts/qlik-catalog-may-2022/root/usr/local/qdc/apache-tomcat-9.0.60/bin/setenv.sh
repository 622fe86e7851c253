export CATALINA_OPTS="-Xmx8g -Djavax.net.ssl.keyStorePassword=Plover-Binnacle-6813"
export JAVA_HOME=/usr/lib/jvm/java-11
