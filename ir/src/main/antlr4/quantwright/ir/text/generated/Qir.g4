grammar Qir;
file : EOF ;
WS : [ \t\r\n]+ -> skip ;
