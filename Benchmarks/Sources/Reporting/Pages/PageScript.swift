/// What a page can do where scripts are allowed: tables are sorted by a column, and a picture tells the figures of the point that is
/// pointed at. Without it the page is complete, as all figures are in its tables.
///
/// It has neither `<` nor `&`, so that the page is XML, too.
enum PageScript {
    static let text = #"""
        "use strict";
        (() => {
          const units = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "k": 1e3, "M": 1e6, "G": 1e9,
            "KiB": 1024, "MiB": 1048576, "GiB": 1073741824};
          // What a cell says as a number; NaN for words.
          const value = text => {
            const found = /^[\u003c>≥≤±]?\s*([-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)\s*([^\s/]*)/.exec(text.trim());
            return found ? Number(found[1].replaceAll(",", "").replace("−", "-")) * (units[found[2]] ?? 1) : NaN;
          };
          const order = (first, second) => {
            const [a, b] = [value(first), value(second)];
            if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b) || first.localeCompare(second);
            return a - b;
          };
          for (const table of document.querySelectorAll("table")) {
            const titles = [...table.tHead.rows[0].cells];
            const sort = (title, column) => {
              const down = title.getAttribute("aria-sort") === "ascending";
              for (const other of titles) other.removeAttribute("aria-sort");
              title.setAttribute("aria-sort", down ? "descending" : "ascending");
              const rows = [...table.tBodies[0].rows];
              rows.sort((a, b) => order(a.cells[column].textContent, b.cells[column].textContent) * (down ? -1 : 1));
              table.tBodies[0].append(...rows);
            };
            if (table.tBodies[0].rows.length > 1) titles.forEach((title, column) => {
              const button = document.createElement("button");
              button.type = "button";
              button.append(...title.childNodes);
              button.addEventListener("click", () => sort(title, column));
              title.append(button);
            });
          }
          for (const figure of document.querySelectorAll("figure")) {
            const picture = figure.querySelector("svg");
            const rows = [...figure.querySelectorAll("tbody tr")]
              .map(row => [...row.cells].map(cell => cell.textContent).join(" · "))
              .filter(row => !row.includes("\#(Chart.stalled)"));
            const cells = [...picture.querySelectorAll("rect:not(.stall)")];
            const points = [...picture.querySelectorAll("polyline, circle, path")].flatMap(mark => {
              if (mark.points) return [...mark.points].map(point => [point.x, point.y]);
              const box = mark.getBBox();
              return [[box.x + box.width / 2, box.y + box.height / 2]];
            });
            // Pictures of other kinds have no mark a row.
            const hasCells = cells.length ? cells.length === rows.length : false;
            if (hasCells ? false : points.length !== rows.length) continue;
            const said = document.createElement("output");
            said.textContent = "\u00a0";
            picture.after(said);
            const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
            for (const [name, set] of [["r", "4"], ["fill", "none"], ["stroke", "currentColor"], ["visibility", "hidden"]])
              ring.setAttribute(name, set);
            picture.append(ring);
            picture.addEventListener("pointerleave", () => {
              said.textContent = "\u00a0";
              ring.setAttribute("visibility", "hidden");
            });
            picture.addEventListener("pointermove", event => {
              if (hasCells) {
                said.textContent = rows[cells.indexOf(event.target)] ?? "\u00a0";
                return;
              }
              const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
              let [nearest, least] = [-1, Infinity];
              points.forEach(([x, y], index) => {
                const distance = (x - place.x) ** 2 + (y - place.y) ** 2;
                if (least > distance) [nearest, least] = [index, distance];
              });
              if (nearest === -1) return;
              said.textContent = rows[nearest];
              ring.setAttribute("cx", points[nearest][0]);
              ring.setAttribute("cy", points[nearest][1]);
              ring.setAttribute("visibility", "visible");
            });
          }
        })();

        """#
}
