import type { ErrorCode } from "yaml";

/** What is wrong where YAML cannot be parsed, in words that quote nothing: the text may hold a Secret. */
export const YAML_ERRORS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias may not have an anchor or a tag",
  BAD_ALIAS: "the alias or anchor has no name, or a name that is not allowed",
  BAD_COLLECTION_TYPE: "this tag does not fit what follows it",
  BAD_DIRECTIVE: "this line begins with %, but is not a directive of YAML",
  BAD_DQ_ESCAPE: "YAML does not know this escape in double quotes",
  BAD_INDENT: "the indentation is wrong",
  BAD_PROP_ORDER: "the anchor or tag must come after the sign before which it stands",
  BAD_SCALAR_START: "a value cannot begin with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "no key can stand here; check the indentation, or put a value that has a colon in quotes",
  BLOCK_IN_FLOW: "an indented block cannot stand inside of brackets or braces",
  DUPLICATE_KEY: "this key is there twice",
  IMPOSSIBLE: "this is not YAML",
  KEY_OVER_1024_CHARS: "this key is longer than 1,024 characters",
  MISSING_CHAR: "a closing quote or bracket, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY:
    "a key must be on one line; perhaps a colon is missing, or the indentation is wrong",
  MULTIPLE_ANCHORS: "a value has more than one anchor",
  MULTIPLE_DOCS: "there is more than one document",
  MULTIPLE_TAGS: "a value has more than one tag",
  NON_STRING_KEY: "this key is not a text",
  RESOURCE_EXHAUSTION: "it is nested too deeply",
  TAB_AS_INDENT: "the line is indented with a tab; use spaces",
  TAG_RESOLVE_FAILED: "this tag is not known, or does not fit its value",
  UNEXPECTED_TOKEN: "this does not belong here; check the indentation, brackets and commas",
};
