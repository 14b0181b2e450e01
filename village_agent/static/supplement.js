/* What is brought and photographed counts as received. No text for people is written here. */
"use strict";

document.addEventListener("files-sent", (event) => {
  const row = event.target;
  const isHere = row.querySelector(".files")?.dataset.count !== "0";
  if (isHere) row.querySelector("input[name=received]").checked = true;
});
