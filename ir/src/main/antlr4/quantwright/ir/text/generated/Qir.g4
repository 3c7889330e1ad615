/*
 * Text form of graphs. The trailing resources section (a line "resources {" in column 1 and what follows) is read
 * apart, line by line: it holds megabytes of base64 that need no tokens.
 */
grammar Qir;

file : version graph EOF ;

version : 'qir' NUMBER ;

graph : 'graph' STRING word word '{' statement* '}' ;

statement : input | output | node ;

input : 'input' definition ':' type ;

output : 'output' STRING '=' VALUE ;

node : (definition (',' definition)* '=')? word '(' (VALUE (',' VALUE)*)? ')' record? (':' type (',' type)*)? loc? ;

definition : VALUE STRING? ;

type : word angle? LIST layout? ;

layout : 'layout' record ;

record : '{' (attribute (',' attribute)*)? '}' ;

attribute : word '=' value ;

value
    : atom
    | record
    | list
    | graph
    | typed
    ;

atom : NUMBER | STRING | HASH | LIST ;

list : '[' value (',' value)* ']' ;

typed : word angle? (LIST layout? (LIST | HASH)?)? ;

angle : '<' angleItem (',' angleItem)* '>' ;

angleItem : angleAtom (':' angleAtom)* ;

angleAtom : NUMBER | NUMBERS | word ;

loc : 'loc' '(' location ')' ;

location
    : STRING ':' NUMBER ':' NUMBER
    | word (STRING | NUMBER)* ('(' (location (',' location)*)? ')')?
    ;

word : ID | 'qir' | 'graph' | 'input' | 'output' | 'layout' | 'loc' ;

VALUE : '%' (NAME | DIGIT+ | TEXT) ;

NUMBER : '-'? (DIGIT+ ('.' DIGIT+)? ([eE] [+-]? DIGIT+)? | 'inf') | 'nan:0x' [0-9a-f]+ ;

ID : NAME ;

STRING : TEXT ;

HASH : '#' [0-9a-f]+ ;

/* A flat list: extents 1x32x32x3, numbers or words. */
LIST : '[' [-+0-9a-zA-Z_.:, \t\r\n]* ']' ;

/* Scales with optional zero points. */
NUMBERS : '{' [ \t\r\n]* [-0-9] [-+0-9.eE:*, \t\r\n]* '}' ;

COMMENT : '//' ~[\r\n]* -> skip ;

WS : [ \t\r\n]+ -> skip ;

ANYTHING_ELSE : . ;

fragment NAME : [a-zA-Z_] [a-zA-Z0-9_.-]* ;

fragment DIGIT : [0-9] ;

fragment TEXT : '"' (~["\\\r\n] | '\\' ~[\r\n])* '"' ;
