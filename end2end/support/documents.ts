// Real files, made on the spot: a PDF of as many pages as wanted, each with its own sentence.

const escape = (text: string) => text.replace(/([\\()])/g, '\\$1');

/** A PDF 1.4 with one text page per entry; lines are split at line feeds. */
export function makePdf(pages: string[]): Buffer {
  const objects: string[] = [];
  const pageIds = pages.map((_, index) => 4 + index * 2);
  objects[1] = '<< /Type /Catalog /Pages 2 0 R >>';
  objects[2] = `<< /Type /Pages /Count ${pages.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] >>`;
  objects[3] = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';
  pages.forEach((text, index) => {
    const lines = text.split('\n').map((line) => `(${escape(line)}) Tj 0 -16 Td`).join(' ');
    const stream = `BT /F1 12 Tf 72 740 Td ${lines} ET`;
    objects[pageIds[index]] = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageIds[index] + 1} 0 R >>`;
    objects[pageIds[index] + 1] = `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`;
  });
  let body = '%PDF-1.4\n';
  const offsets: number[] = [];
  for (let id = 1; id < objects.length; id += 1) {
    offsets[id] = body.length;
    body += `${id} 0 obj\n${objects[id]}\nendobj\n`;
  }
  const table = body.length;
  body += `xref\n0 ${objects.length}\n0000000000 65535 f \n`;
  for (let id = 1; id < objects.length; id += 1) body += `${String(offsets[id]).padStart(10, '0')} 00000 n \n`;
  body += `trailer\n<< /Size ${objects.length} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(body, 'latin1');
}

const FILLER = [
  'The heating plant of the north wing is inspected every second Monday.',
  'Visitors sign the book at the gate and receive a numbered badge.',
  'Bicycles are parked in the yard behind the library, never in the hall.',
  'Lost property is kept for ninety days by the porter.',
  'Meeting rooms are booked by the quarter of an hour.',
];

/** A handbook of `count` pages whose page `at` alone holds `sentence`. */
export function handbook(count: number, at: number, sentence: string): Buffer {
  const pages = Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const lines = [`Handbook, page ${number}`, ...FILLER.map((line, place) => FILLER[(place + index) % FILLER.length]), `Rule ${number * 7} of the house applies.`];
    if (number === at) lines.splice(3, 0, sentence);
    return lines.join('\n');
  });
  return makePdf(pages);
}
