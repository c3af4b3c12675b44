const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&apos;': "'",
  '&nbsp;': ' ',
  '&amp;': '&',
};

/**
 * Normalises a tweet for a classifier: what differs between two posts but says nothing of their feeling becomes equal.
 *
 * HTML entities are decoded, compatibility forms unified (NFKC), a leading RT removed, URLs replaced by `<url>` and mentions
 * by `<user>`, letters and signs that repeat three times or more squeezed to two, case lowered, and white space squeezed.
 * Hashtags and emoji stay.
 *
 * @param raw the text as posted
 * @example
 * ```ts
 * import { cleanText } from 'mvsa-fusion/data';
 *
 * cleanText('RT @anna: Sooooo happy &amp; proud! #PROFOUNDLove http://t.co/x'); // '<user>: soo happy & proud! #profoundlove <url>'
 * ```
 */
export function cleanText(raw: string): string {
  return (
    raw
      .replace(/&(?:lt|gt|quot|#39|apos|nbsp|amp);/g, (entity) => ENTITIES[entity] as string)
      .normalize('NFKC')
      .replace(/[‘’]/g, "'")
      .replace(/^\s*RT\b:?/i, '')
      // Old tweets are cut anywhere, so 'http...' and 'https:/...' at an end are URLs too.
      .replace(/\b(?:https?:\S*|https?(?=\.\.)\S*|www\.\S+)/gi, '<url>')
      .replace(/(?<![\p{L}\p{N}_])@\w+/gu, '<user>')
      // Digits are left alone: 1000 is not 100.
      .replace(/([^\d\s])\1{2,}/giu, '$1$1')
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .trim()
  );
}
