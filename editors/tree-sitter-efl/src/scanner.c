// What tree-sitter's own lexer cannot tell: where a line ends an item, nested comments, and the text in quotes.

#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType { NEWLINE, BLOCK_COMMENT, STRING_TEXT, LONG_STRING_TEXT, RATE_UNIT, UNCLOSED, ERROR_SENTINEL };

static bool is_name_start(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_name(int32_t c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == 0xFEFF; }

// The text up to a quote, an escape, `${` or, in a string of one line, the end of the line.
static bool scan_text(TSLexer *lexer, bool is_long) {
  bool any = false;
  lexer->result_symbol = is_long ? LONG_STRING_TEXT : STRING_TEXT;
  for (;;) {
    lexer->mark_end(lexer);
    int32_t c = lexer->lookahead;
    if (lexer->eof(lexer) || c == '\\') return any;
    if (c == '"') {
      if (!is_long) return any;
      for (int quotes = 0; lexer->lookahead == '"'; lexer->advance(lexer, false)) {
        if (++quotes == 3) return any;
      }
    } else if (c == '$') {
      lexer->advance(lexer, false);
      if (lexer->lookahead == '{') return any;
    } else if (c == '\n' && !is_long) {
      return any;
    } else {
      lexer->advance(lexer, false);
    }
    any = true;
  }
}

// Behind `/*`.
static bool scan_block_comment(TSLexer *lexer) {
  lexer->advance(lexer, false);
  for (int depth = 1; depth > 0;) {
    if (lexer->eof(lexer)) return false;
    int32_t c = lexer->lookahead;
    lexer->advance(lexer, false);
    if (c == '/' && lexer->lookahead == '*') {
      lexer->advance(lexer, false);
      depth++;
    } else if (c == '*' && lexer->lookahead == '/') {
      lexer->advance(lexer, false);
      depth--;
    }
  }
  lexer->mark_end(lexer);
  lexer->result_symbol = BLOCK_COMMENT;
  return true;
}

static void skip_line(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') lexer->advance(lexer, false);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *word, const char *const *words, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    if (strcmp(words[i], word) == 0) return true;
  }
  return false;
}

// Reads a word without its `-`; one that is too long is no keyword.
static void read_word(TSLexer *lexer, char word[16]) {
  unsigned length = 0;
  for (; is_name(lexer->lookahead); lexer->advance(lexer, false)) {
    if (length < 15) word[length++] = (char)lexer->lookahead;
  }
  word[length] = 0;
}

static bool is_declaration(const char *word) {
  static const char *const WORDS[] = {"import", "param",    "type",         "bus", "fleet", "function",
                                      "workflow", "orchestrator", "test"};
  return is_one_of(word, WORDS, COUNT(WORDS));
}

// Whether a line that begins with a word or sign goes on with the item of the line before it.
static bool continues(TSLexer *lexer, const char *word) {
  int32_t c = lexer->lookahead;
  if (lexer->eof(lexer)) return true;
  if (!*word && c == '?') {
    lexer->advance(lexer, false);
    return lexer->lookahead == '?';
  }
  if (!*word) return c < 128 && strchr("{}])|,:=", (int)c) != NULL;
  static const char *const WORDS[] = {"and", "or", "else", "then", "times", "every", "meta"};
  if (!is_one_of(word, WORDS, COUNT(WORDS)) || c == '-') return false;
  // A key `every: 5s` or a call `meta(…)`; but `and(…)` and `or(…)` go on.
  if (c == '(' && strcmp(word, "and") != 0 && strcmp(word, "or") != 0) return false;
  while (is_blank(lexer->lookahead)) lexer->advance(lexer, false);
  return lexer->lookahead != ':';
}

void *tree_sitter_efl_external_scanner_create(void) { return NULL; }
void tree_sitter_efl_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_efl_external_scanner_serialize(void *payload, char *buffer) { return (void)payload, (void)buffer, 0; }
void tree_sitter_efl_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload, (void)buffer, (void)length;
}

bool tree_sitter_efl_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  bool recovering = valid[ERROR_SENTINEL];
  if (!recovering && (valid[STRING_TEXT] || valid[LONG_STRING_TEXT])) return scan_text(lexer, valid[LONG_STRING_TEXT]);

  // `10/s`, directly behind the digits.
  bool rate = !recovering && valid[RATE_UNIT];
  bool newline = false, column_zero = false;
  if (lexer->lookahead != '/') {
    rate = false;
    lexer->mark_end(lexer); // the end of a line has no width
    while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') {
      column_zero = lexer->lookahead == '\n';
      newline |= column_zero;
      lexer->advance(lexer, true);
    }
  }
  bool ends_item = newline && !recovering && valid[NEWLINE];

  if (lexer->lookahead == '/') {
    lexer->advance(lexer, false);
    if (lexer->lookahead == '*') {
      // What follows the comment is not looked at: the comment could not be a token any more.
      if (ends_item) return lexer->result_symbol = NEWLINE, true;
      return valid[BLOCK_COMMENT] && scan_block_comment(lexer);
    }
    if (rate && (lexer->lookahead == 's' || lexer->lookahead == 'm' || lexer->lookahead == 'h')) {
      lexer->advance(lexer, false);
      if (is_name(lexer->lookahead)) return false;
      lexer->mark_end(lexer);
      lexer->result_symbol = RATE_UNIT;
      return true;
    }
    if (!ends_item) return false;
    if (lexer->lookahead != '/') return lexer->result_symbol = NEWLINE, true;
    // Comments of whole lines: what counts is the first line that has more.
    for (;;) {
      skip_line(lexer);
      column_zero = false;
      while (is_blank(lexer->lookahead) || lexer->lookahead == '\n') {
        column_zero = lexer->lookahead == '\n';
        lexer->advance(lexer, false);
      }
      if (lexer->lookahead != '/') break;
      lexer->advance(lexer, false);
      if (lexer->lookahead != '/') return lexer->result_symbol = NEWLINE, true;
    }
  }
  if (recovering) return false;
  char word[16] = "";
  if (is_name_start(lexer->lookahead)) read_word(lexer, word);
  if (column_zero && valid[UNCLOSED] && is_blank(lexer->lookahead) && is_declaration(word)) {
    return lexer->result_symbol = UNCLOSED, true;
  }
  if (!ends_item || continues(lexer, word)) return false;
  lexer->result_symbol = NEWLINE;
  return true;
}
