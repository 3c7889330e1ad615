/** Hardware profiles: nested sections of entries, each a list of values with units and where the number comes from. */
grammar Qhw;

file : 'qhw' version=NUMBER 'profile' id=word ('extends' base=word)? section EOF ;

section : '{' item* '}' ;

item
    : key=word section                                         # subsection
    | key=word value (',' value)* provenance? ';'              # entry
    ;

value
    : number=NUMBER unit?                                      # quantity
    | text=STRING                                              # string
    | word                                                     # symbol
    ;

unit : word ('/' word)? ;

provenance : 'source' kind=word text=STRING ;

word : WORD | 'profile' | 'source' | 'extends' | 'qhw' ;

NUMBER : '-'? [0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? ;
WORD : [A-Za-z_] [A-Za-z0-9_.-]* ;
STRING : '"' ~["\r\n]* '"' ;
COMMENT : '#' ~[\r\n]* -> skip ;
SPACE : [ \t\r\n]+ -> skip ;
