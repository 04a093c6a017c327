/** What the page says of verdicts: how each is told, and what follows from it. */

/**
 * Return what there is to know of a verdict. A page that was opened before an update may not know
 * one of today.
 * @param {string | null} verdict
 * @param {Pick<Words, "verdicts" | "other_verdict">} words
 * @returns {Words["other_verdict"]}
 */
export function meaningOf(verdict, words) {
  return words.verdicts[String(verdict)] || words.other_verdict;
}
