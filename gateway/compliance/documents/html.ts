import { DEMO_MARK, type Document, dateWords, type Section, type Table, TO_COMPLETE, type Words } from './types.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const both = ({ fr, en }: Words, tag: string): string =>
  `<${tag}>${escaped(fr)}</${tag}>${en === fr ? '' : `\n<p class="en" lang="en">${escaped(en)}</p>`}`;

const STYLE = `
  @page { size: A4; margin: 20mm 18mm; }
  body { font: 11pt/1.45 "Liberation Sans", Arial, sans-serif; color: #111; max-width: 175mm; margin: 12mm auto; }
  header { border-bottom: 1.5pt solid #111; padding-bottom: 3mm; margin-bottom: 6mm; }
  h1 { font-size: 17pt; margin: 0 0 1mm; } h2 { font-size: 12.5pt; margin: 7mm 0 1mm; break-after: avoid; }
  .en { color: #555; font-size: 9pt; margin: 0 0 2mm; } p { margin: 1mm 0 1mm; }
  .demo { color: #a00; font-weight: bold; letter-spacing: .04em; }
  .gap { border: 1pt dashed #888; padding: 3mm; min-height: 14mm; color: #555; margin-top: 2mm; }
  table { border-collapse: collapse; width: 100%; font-size: 9pt; margin-top: 2mm; }
  h3 { font-size: 11pt; margin: 5mm 0 1mm; break-after: avoid; }
  table { table-layout: fixed; } .n { text-align: right; }
  h2 + .en, h3 + .en { break-after: avoid; }
  @media print { body { max-width: none; margin: 0; } table { width: calc(100% - 1pt); } }
  th, td { border: .6pt solid #999; padding: 1.2mm 1.8mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; white-space: pre-line; }
  th { background: #eee; overflow-wrap: normal; font-size: 8pt; } th small { display: block; font-weight: normal; color: #555; } tr { break-inside: avoid; }
  footer { margin-top: 10mm; border-top: .6pt solid #999; padding-top: 2mm; font-size: 8.5pt; color: #555; }`;

/** One self-contained page: no script, nothing from outside. */
export function documentHtml({ title, subtitle, installation, madeAt, isDemo, sections }: Document): string {
  const mark = isDemo ? `<p class="demo">${escaped(DEMO_MARK.fr)} · ${escaped(DEMO_MARK.en)}</p>` : '';
  return `<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><title>${escaped(title.fr)}</title><style>${STYLE}</style></head>
<body>
<header>${mark}${both(title, 'h1')}${both(subtitle, 'p')}</header>
${sections.map(sectionHtml).join('\n')}
<footer>${escaped(installation)} · établi le ${escaped(dateWords(madeAt))}${isDemo ? ` · ${escaped(DEMO_MARK.fr)}` : ''}</footer>
</body>
</html>
`;
}

const sectionHtml = ({ title, isPart = false, paragraphs = [], table, toComplete }: Section): string =>
  [
    both(title, isPart ? 'h3' : 'h2'),
    ...paragraphs.map((words) => both(words, 'p')),
    ...(table === undefined ? [] : [tableHtml(table)]),
    ...(toComplete === undefined
      ? []
      : [
          `<div class="gap"><strong>${escaped(TO_COMPLETE.fr)}</strong> – ${escaped(toComplete.fr)}<br><span class="en" lang="en">${escaped(TO_COMPLETE.en)} – ${escaped(toComplete.en)}</span></div>`,
        ]),
  ].join('\n');

const columnsHtml = ({ head, widths }: Table): string => {
  const parts = widths ?? head.map(() => 1);
  const all = parts.reduce((sum, part) => sum + part, 0);
  return `<colgroup>${parts.map((part) => `<col style="width: ${((100 * part) / all).toFixed(1)}%">`).join('')}</colgroup>`;
};

const tableHtml = (table: Table): string => {
  const { head, rows, figures = 0 } = table;
  const cell = (tag: string, text: string, index: number): string =>
    `<${tag}${index >= head.length - figures ? ' class="n"' : ''}>${text}</${tag}>`;
  const header = head.map(({ fr, en }, index) =>
    cell('th', `${escaped(fr)}${en === fr ? '' : `<small lang="en">${escaped(en)}</small>`}`, index),
  );
  const body = rows.map((row) => `<tr>${row.map((text, index) => cell('td', escaped(text), index)).join('')}</tr>`);
  return `<table>${columnsHtml(table)}<thead><tr>${header.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
};
