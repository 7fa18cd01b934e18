"use strict";
// Shows the rows that hold every word of the search. A group is found by its members as well.
(() => {
  const data = JSON.parse(document.getElementById("flows-data").textContent);
  const rows = [...document.querySelectorAll("#flows tbody tr")];
  const [search, column, unknown, shown] =
    ["search", "column", "unknown", "shown"].map((id) => document.getElementById(id));
  const members = new Map(data.groups.map((group) => [group.name, group.members]));
  const named = (names) => names.flatMap((name) => [name, ...(members.get(name) ?? [])]);
  const texts = rows.map((row, i) => {
    const flow = data.flows[i];
    const from = named(flow.from).join("\n").toLowerCase();
    const to = named(flow.to).join("\n").toLowerCase();
    const ports = row.lastElementChild.textContent.toLowerCase();
    return { from, to, ports, "": [from, to, ports].join("\n") };
  });
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, i) => {
      const text = texts[i][column.value];
      const found = words.every((word) => text.includes(word)) && (!unknown.checked || row.className === "unknown");
      row.hidden = !found;
      count += found ? 1 : 0;
    });
    shown.textContent = `${count} of ${rows.length} rows`;
  };
  const form = document.getElementById("controls");
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
