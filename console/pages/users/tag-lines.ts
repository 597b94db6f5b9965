import type { Tag } from '../../../shared/api/users.ts';

export type TagLine = Readonly<{ idTag: string; label: string }>;

/** Tags as people type them: one a line, the label after a comma. */
export function parseTagLines(text: string): readonly TagLine[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [idTag = '', ...label] = line.split(',');
      return { idTag: idTag.trim(), label: label.join(',').trim() };
    });
}

export const tagLines = (tags: readonly Tag[]): string =>
  tags.map(({ idTag, label }) => (label ? `${idTag}, ${label}` : idTag)).join('\n');

/** What has to happen so that the tags become those of the lines. The same tag may be written in another case. */
export function tagChanges(tags: readonly Tag[], lines: readonly TagLine[]) {
  const key = (idTag: string) => idTag.toUpperCase();
  const isSame = (tag: Tag, line: TagLine) => key(tag.idTag) === key(line.idTag) || tag.decimal === line.idTag;
  return {
    added: lines.filter((line) => !tags.some((tag) => isSame(tag, line))),
    removed: tags.filter((tag) => !lines.some((line) => isSame(tag, line))),
    relabelled: tags.flatMap((tag) => {
      const line = lines.find((candidate) => isSame(tag, candidate));
      return line && line.label !== tag.label ? [{ tag, label: line.label }] : [];
    }),
  };
}
