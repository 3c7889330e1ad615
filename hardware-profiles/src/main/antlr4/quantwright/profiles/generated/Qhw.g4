/** Hardware profiles: nested sections of entries, each a list of values with units and where the number comes from. */
grammar Qhw;

file : 'qhw' version=NUMBER 'profile' id=word ('extends' base)? section EOF ;

base : word | STRING ;

section : '{' item* '}' ;

item
    : key=word label+=word* section                            # subsection
    | provenance ';'                                           # sectionSource
    | key=word value (',' value)* provenance? ';'              # entry
    ;

value
    : number=NUMBER unit?                                      # quantity
    | text=STRING                                              # string
    | word '<' value (',' value)* '>'                          # composite
    | word                                                     # symbol
    ;

unit : word ('/' word)? ;

provenance : 'source' kind=word text=STRING band? ;

band : '+-' NUMBER '%' ;

word : WORD | 'profile' | 'source' | 'extends' | 'qhw' ;

NUMBER : '-'? [0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? ;
WORD : [A-Za-z_] [A-Za-z0-9_.-]* ;
STRING : '"' ~["\r\n]* '"' ;
COMMENT : '#' ~[\r\n]* -> skip ;
SPACE : [ \t\r\n]+ -> skip ;
