" Colours without tree-sitter.
if exists('b:current_syntax')
  finish
endif

syn case match
syn iskeyword @,48-57,_,-

" Keywords are contextual: a word before `:` is a key.
syn match eflKey /\<\h\k*\>\ze?\?\s*:/
syn match eflKeyword /^\s*\zs\<\%(import\|param\|bus\|fleet\|cluster\|orchestrator\|source\|event\|rule\|placement\|patch\|test\|pin\|clusters\)\>\ze\s\+\S/
syn match eflKeyword /\<\%(function\|workflow\)\>\ze\s\+\h/
syn match eflTypedef /^\s*\zs\<type\>\ze\s\+\h/
syn keyword eflKeyword from as on within by where
syn keyword eflStatement let return emit wait parallel retry timeout backoff every max
syn keyword eflStatement send expect mock advance set at meta returns fails takes nothing times call run placed move to
syn keyword eflConditional if else
syn match eflRepeat /\<for\>\ze\s/
syn keyword eflOperator and or not in matches then count
syn keyword eflBoolean true false
syn keyword eflConstant null
syn keyword eflType string int number bool duration timestamp any list map schema
syn match eflFunction /\<\h\k*\>\ze(/
syn match eflName /\%(\<\%(function\|workflow\|orchestrator\|rule\|source\|event\|bus\|fleet\|cluster\|param\)\s\+\)\@<=\h\k*/
syn match eflTypeName /\%(\<type\s\+\)\@<=\h\k*/

syn match eflNumber /\<\d\+\%(\.\d\+\)\?\%(\a\+\|%\|\/[smh]\>\)\?/
syn region eflString start=/"/ skip=/\\./ end=/"/ oneline contains=eflEscape,eflInterpolation
syn region eflString start=/"""/ end=/"""/ contains=eflEscape,eflInterpolation
syn match eflEscape /\\\%(["\\nrt$]\|u{\x\{1,6}}\)/ contained
syn region eflInterpolation matchgroup=eflDelimiter start=/${/ end=/}/ contained contains=TOP
syn match eflOperator /->\|==\|!=\|<=\|>=\|??\|\.\.\|[-+*%=<>|]/

syn region eflComment start=/\/\*/ end=/\*\// contains=eflComment,@Spell
syn match eflComment /\/\/.*/ contains=@Spell
syn match eflDocComment /\/\/\/.*/ contains=@Spell

hi def link eflKey Identifier
hi def link eflKeyword Keyword
hi def link eflTypedef Keyword
hi def link eflStatement Statement
hi def link eflConditional Conditional
hi def link eflRepeat Repeat
hi def link eflOperator Operator
hi def link eflBoolean Boolean
hi def link eflConstant Constant
hi def link eflType Type
hi def link eflTypeName Type
hi def link eflFunction Function
hi def link eflName Function
hi def link eflNumber Number
hi def link eflString String
hi def link eflEscape SpecialChar
hi def link eflDelimiter Delimiter
hi def link eflComment Comment
hi def link eflDocComment SpecialComment

let b:current_syntax = 'efl'
