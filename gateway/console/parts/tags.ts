/** Tags of a label: its words that begin with #, in lower case, each once. */
export const tagsOf = (label: string | undefined): readonly string[] => [
  ...new Set((label?.match(/#[\p{L}\p{N}_-]+/gu) ?? []).map((tag) => tag.toLowerCase())),
];
