export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/opt/oracle/instantclient
export http_proxy=http://gw:Vellum-Kedge-1423@proxy.corp.example:3128
