import { Converter } from 'typedoc';

/** What typedoc needs to be told for this site. */
export function load({ converter }) {
  // A guide goes by its first heading; typedoc alone would take the name of its file.
  converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, guide) => {
    const [, heading] = guide.content[0]?.text.match(/^# (.+)$/m) ?? [];
    if (heading) guide.name = heading;
  });

  // TypeScript reads the braces of `@throws {@link DataError}` as a type, so typedoc has no symbol to follow, only the
  // name: the errors of the root entry, from wherever they are thrown.
  converter.addUnknownSymbolResolver(({ symbolReference }, reflection) => {
    const name = symbolReference?.path?.[0]?.path;
    const target = name && reflection.project.getChildByName(['mvsa-fusion', name]);
    return target && { target };
  });
}
