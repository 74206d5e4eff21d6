import PDFDocument from 'pdfkit';
import { DEMO_MARK, type Document, type Section, type Table, TO_COMPLETE, type Words } from './types.ts';

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

function english(pdf: Pdf, { en }: Words): void {
  pdf.font('Helvetica-Oblique').fontSize(8.5).fillColor(GREY).text(drawable(en));
  pdf.fillColor('black');
}

function draw(pdf: Pdf, { title, paragraphs = [], table, toComplete }: Section): void {
  pdf.moveDown(1);
  if (pdf.y > pdf.page.height - MARGIN - 60) pdf.addPage();
  pdf.font('Helvetica-Bold').fontSize(12.5).text(drawable(title.fr));
  english(pdf, title);
  for (const words of paragraphs) {
    pdf.moveDown(0.3).font('Helvetica').fontSize(10.5).text(drawable(words.fr));
    english(pdf, words);
  }
  if (table !== undefined) drawTable(pdf, table);
  if (toComplete === undefined) return;
  pdf
    .moveDown(0.5)
    .font('Helvetica-Bold')
    .fontSize(9.5)
    .fillColor(GREY)
    .text(`[ ${drawable(TO_COMPLETE.fr)} : ${drawable(toComplete.fr)} ]`);
  english(pdf, { fr: '', en: `${TO_COMPLETE.en}: ${toComplete.en}` });
  pdf.moveDown(2);
}

function drawTable(pdf: Pdf, { head, rows }: Table): void {
  pdf.moveDown(0.4);
  const width = (pdf.page.width - 2 * MARGIN) / head.length;
  const line = (cells: readonly string[], font: string): void => {
    pdf.font(font).fontSize(8.5);
    const height = Math.max(...cells.map((cell) => pdf.heightOfString(drawable(cell), { width: width - 6 }))) + 5;
    if (pdf.y + height > pdf.page.height - MARGIN - 20) pdf.addPage();
    const top = pdf.y;
    for (const [index, cell] of cells.entries()) {
      const left = MARGIN + index * width;
      pdf.rect(left, top, width, height).lineWidth(0.4).strokeColor('#999999').stroke();
      pdf.fillColor('black').text(drawable(cell), left + 3, top + 3, { width: width - 6 });
    }
    pdf.x = MARGIN;
    pdf.y = top + height;
  };
  line(
    head.map(({ fr }) => fr),
    'Helvetica-Bold',
  );
  for (const row of rows) line(row, 'Helvetica');
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
    pdf.text(drawable(`${installation} · ${madeAt} · ${page - start + 1} / ${count}`), MARGIN, bottom, {
      lineBreak: false,
    });
    if (!isDemo) continue;
    pdf
      .font('Helvetica-Bold')
      .fillColor('#aa0000')
      .text(drawable(`${DEMO_MARK.fr} · ${DEMO_MARK.en}`), MARGIN, 26, { lineBreak: false });
  }
}
