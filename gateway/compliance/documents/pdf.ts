import PDFDocument from 'pdfkit';
import { DEMO_MARK, type Document, dateWords, type Section, type Table, TO_COMPLETE, type Words } from './types.ts';

const MARGIN = 54;
const GREY = '#555555';

/** A4 with page numbers. The standard fonts hold the letters of French; what they do not hold becomes a question mark, never a gap. */
export async function documentPdf(document: Document): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: document.title.fr, Author: document.installation, CreationDate: new Date(document.madeAt) },
  });
  const parts: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (part: Buffer) => parts.push(part));
    pdf.on('end', () => resolve(Buffer.concat(parts)));
    pdf.on('error', reject);
  });
  pdf.font('Helvetica-Bold').fontSize(17).fillColor('black').text(drawable(document.title.fr));
  english(pdf, document.title);
  pdf.font('Helvetica').fontSize(11).fillColor('black').text(drawable(document.subtitle.fr));
  english(pdf, document.subtitle);
  for (const section of document.sections) draw(pdf, section);
  foot(pdf, document);
  pdf.end();
  return await done;
}

type Pdf = InstanceType<typeof PDFDocument>;

/** A text as the standard fonts can show it (WinAnsi). */
export const drawable = (text: string): string =>
  text
    .replaceAll('\u202f', '\u00a0')
    .replaceAll('’', "'")
    .replace(/[^\u0020-\u007e\u00a0-\u00ff\u0152\u0153\u20ac\u2013\u2014\u2022\n]/g, '?');

function english(pdf: Pdf, { fr, en }: Words): void {
  if (en === fr) return;
  pdf.font('Helvetica-Oblique').fontSize(8.5).fillColor(GREY).text(drawable(en));
  pdf.fillColor('black');
}

function draw(pdf: Pdf, section: Section): void {
  const { title, isPart = false, paragraphs = [], table, toComplete } = section;
  pdf.y += isPart ? 11 : 18;
  // A heading stays with what it is the heading of, and a section that fits on a page is not cut.
  const height = heightOfSection(pdf, section);
  const room = pdf.page.height - MARGIN - 12 - pdf.y;
  const isShort = height <= pdf.page.height - 2 * MARGIN - 12;
  // A long table may go on where a good part of it fits.
  const goesOn = (table?.rows.length ?? 0) >= 8 && room > 150;
  if ((isShort && height > room && !goesOn) || room < 90) pdf.addPage();
  pdf
    .font('Helvetica-Bold')
    .fontSize(isPart ? 11 : 13)
    .text(drawable(title.fr));
  english(pdf, title);
  for (const words of paragraphs) {
    pdf.moveDown(0.3).font('Helvetica').fontSize(10.5).text(drawable(words.fr));
    english(pdf, words);
  }
  if (table !== undefined) drawTable(pdf, table);
  if (toComplete === undefined) return;
  gap(pdf, toComplete);
}

/** What a section takes, from its heading to its end; a little more than it will. */
function heightOfSection(pdf: Pdf, { title, isPart = false, paragraphs = [], table, toComplete }: Section): number {
  const width = pdf.page.width - 2 * MARGIN;
  const text = (words: string, size: number): number =>
    pdf.font('Helvetica').fontSize(size).heightOfString(drawable(words), { width });
  const both = ({ fr, en }: Words, size: number): number => text(fr, size) + text(en, 8.5) + 4;
  const rows = table === undefined ? [] : [table.head.map(({ fr }) => fr), ...table.rows];
  return (
    both(title, isPart ? 11 : 13) +
    paragraphs.reduce((sum, words) => sum + both(words, 10.5), 0) +
    rows.reduce((sum, row) => sum + heightOfRow(pdf, row, columnsOf(pdf, table)), 0) +
    (toComplete === undefined ? 0 : text(toComplete.fr, 9) + 70) +
    8
  );
}

/** Widths of the columns of a table, points. */
function columnsOf(pdf: Pdf, table: Table | undefined): readonly number[] {
  if (table === undefined) return [];
  const parts = table.widths ?? table.head.map(() => 1);
  const all = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => ((pdf.page.width - 2 * MARGIN) * part) / all);
}

function heightOfRow(pdf: Pdf, cells: readonly string[], columns: readonly number[], font = 'Helvetica-Bold'): number {
  pdf.font(font).fontSize(8.5);
  const heights = cells.map((cell, index) => pdf.heightOfString(drawable(cell), { width: (columns[index] ?? 0) - 8 }));
  return Math.max(...heights) + 7;
}

/** A framed place for what a person has to write. */
function gap(pdf: Pdf, toComplete: Words): void {
  pdf.moveDown(0.4);
  const width = pdf.page.width - 2 * MARGIN;
  const french = drawable(`${TO_COMPLETE.fr} : ${toComplete.fr}`);
  const other = drawable(`${TO_COMPLETE.en}: ${toComplete.en}`);
  pdf.font('Helvetica').fontSize(9);
  const height = pdf.heightOfString(french, { width: width - 16 }) + 52;
  if (pdf.y + height > pdf.page.height - MARGIN - 12) pdf.addPage();
  const top = pdf.y;
  pdf.rect(MARGIN, top, width, height).lineWidth(0.6).strokeColor('#888888').dash(3, { space: 2 }).stroke().undash();
  pdf.fillColor(GREY).text(french, MARGIN + 8, top + 6, { width: width - 16 });
  pdf
    .font('Helvetica-Oblique')
    .fontSize(7.5)
    .text(other, { width: width - 16 });
  pdf.fillColor('black');
  pdf.x = MARGIN;
  pdf.y = top + height + 2;
}

function drawTable(pdf: Pdf, table: Table): void {
  const { head, rows, figures = 0 } = table;
  pdf.y += 5;
  const columns = columnsOf(pdf, table);
  const heightOf = (cells: readonly string[], font: string): number => heightOfRow(pdf, cells, columns, font);
  const fits = (height: number): boolean => pdf.y + height <= pdf.page.height - MARGIN - 12;
  const line = (cells: readonly string[], font: string, fill?: string): void => {
    const height = heightOf(cells, font);
    const top = pdf.y;
    let left = MARGIN;
    for (const [index, cell] of cells.entries()) {
      const width = columns[index] ?? 0;
      pdf.rect(left, top, width, height).lineWidth(0.4).strokeColor('#999999');
      if (fill === undefined) pdf.stroke();
      else pdf.fillAndStroke(fill, '#999999');
      const align = index >= head.length - figures ? 'right' : 'left';
      pdf.fillColor('black').text(drawable(cell), left + 4, top + 4, { width: width - 8, align });
      left += width;
    }
    pdf.x = MARGIN;
    pdf.y = top + height;
  };
  const header = head.map(({ fr }) => fr);
  const [first] = rows;
  const start = heightOf(header, 'Helvetica-Bold') + (first === undefined ? 0 : heightOf(first, 'Helvetica'));
  if (!fits(start)) pdf.addPage();
  line(header, 'Helvetica-Bold', '#eeeeee');
  for (const row of rows) {
    if (!fits(heightOf(row, 'Helvetica'))) {
      pdf.addPage();
      line(header, 'Helvetica-Bold', '#eeeeee');
    }
    line(row, 'Helvetica');
  }
  pdf.moveDown(0.3);
}

function foot(pdf: Pdf, { installation, madeAt, isDemo }: Document): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page);
    const bottom = pdf.page.height - MARGIN + 14;
    // Text below the margin would open a page of its own.
    pdf.page.margins.bottom = 0;
    pdf.font('Helvetica').fontSize(8).fillColor(GREY);
    pdf.text(
      drawable(`${installation} · établi le ${dateWords(madeAt)} · ${page - start + 1} / ${count}`),
      MARGIN,
      bottom,
      {
        lineBreak: false,
      },
    );
    if (!isDemo) continue;
    pdf
      .font('Helvetica-Bold')
      .fillColor('#aa0000')
      .text(drawable(`${DEMO_MARK.fr} · ${DEMO_MARK.en}`), MARGIN, 26, { lineBreak: false });
  }
}
