/** A text as a QR code. */

import encodeQR from "qr";
import { useMemo } from "preact/hooks";

/** The path of the dark modules, one square each, of a code with so many modules on a side. */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const rows = encodeQR(text, "raw", { border: 2, ecc: "medium" });
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      let width = 0;
      while (row[x + width] === true) {
        width += 1;
      }
      if (width > 0) {
        path += `M${x} ${y}h${width}v1h-${width}z`;
        x += width;
      }
    }
  });
  return { path, size: rows.length };
}

/** A QR code, dark on white in every theme: scanners need it so. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, size } = useMemo(() => qrPath(text), [text]);
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
