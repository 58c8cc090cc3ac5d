
"use strict";

/** Makes an element; whatever comes from the document becomes text. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function table(titles, rows) {
  if (rows.length === 0) return null;
  const row = (cells, name) => element("tr", {}, ...cells.map((cell) => element(name, {}, cell)));
  return element("table", {}, row(titles, "th"), ...rows.map((cells) => row(cells, "td")));
}

function code(text) {
  return element("code", {}, text);
}

/** A part that is made when it is first opened. */
function folded(title, make) {
  const made = element("details", {}, element("summary", {}, ...title));
  made.addEventListener("toggle", () => made.append(...make().filter((part) => part !== null)), { once: true });
  return made;
}

/** The name of a schema in a few words. */
function words(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array" && schema.items) return `list of ${words(schema.items)}`;
  const types = [schema.type ?? []].flat().join(" or ");
  const values = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  const either = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (values.length > 0) return values.length > 8 ? `${types}, one of ${values.length}` : values.join(" | ");
  if (either.length > 8) return `one of ${either.length}`;
  if (either.length > 0) return either.map((one) => one.title ?? words(one)).join(" | ");
  if (schema.allOf) return schema.allOf.map(words).join(" and ");
  return [types, schema.pattern].filter(Boolean).join(" ");
}

/** The schemas that a schema refers to. */
function named(schema, found = new Set()) {
  if (schema === null || typeof schema !== "object") return found;
  if (typeof schema.$ref === "string") found.add(schema.$ref.split("/").pop());
  Object.values(schema).forEach((part) => named(part, found));
  return found;
}

function fields(schema) {
  const required = schema.required ?? [];
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    code(required.includes(name) ? name : `${name}?`),
    code(words(field)),
    field.description ?? "",
  ]);
  return table(["field", "is", "means"], rows);
}

function schemaParts(schema, all) {
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const parts = [
    schema.description ? element("p", {}, schema.description) : null,
    schema.properties ? fields(schema) : element("p", {}, code(words(schema))),
    ...variants.filter((one) => one.properties).map((one) =>
      folded([code(one.title ?? "variant")], () => [fields(one), ...refs({ properties: one.properties }, all)])),
  ];
  return [...parts, ...(variants.some((one) => one.properties) ? [] : refs(schema, all))];
}

function refs(schema, all) {
  const names = [...named(schema)].filter((name) => all[name]);
  return names.map((name) => folded([code(name)], () => schemaParts(all[name], all)));
}

function contentParts(content, all) {
  return Object.entries(content ?? {}).flatMap(([type, { schema, example }]) => [
    element("p", {}, code(type), schema && !schema.$ref ? ` ${schema.description ?? ""}` : ""),
    ...(schema ? refs(schema, all) : []),
    example === undefined
      ? null
      : folded(["example"], () => [element("pre", {}, JSON.stringify(example, null, 2))]),
  ]);
}

function answer(status, given, { responses, schemas: all }) {
  const response = given.$ref ? responses[given.$ref.split("/").pop()] : given;
  const problem = response.content?.["application/problem+json"];
  const codes = problem?.schema?.properties?.code?.enum;
  const title = [code(status), " ", response.description];
  if (!codes) return folded(title, () => contentParts(response.content, all));
  return folded(title, () => [
    element("ul", {}, ...codes.map((one) => element("li", {}, element("a", { href: `/problems/${one}` }, one)))),
  ]);
}

function operation(path, method, one, components) {
  const all = components.schemas;
  const title = [
    element("span", { className: "method" }, method), code(path), " ",
    element("span", { className: "dim" }, one.summary),
  ];
  const parameters = (one.parameters ?? []).map((parameter) => [
    code(parameter.required ? parameter.name : `${parameter.name}?`),
    parameter.in,
    code(words(parameter.schema)),
    parameter.description,
  ]);
  return folded(title, () => [
    element("p", {}, one.description),
    table(["parameter", "in", "is", "means"], parameters),
    one.requestBody ? element("p", {}, "Body:") : null,
    ...contentParts(one.requestBody?.content, all),
    element("p", {}, "Answers:"),
    ...Object.entries(one.responses).map(([status, response]) => answer(status, response, components)),
  ]);
}

function show(api) {
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, one] of Object.entries(item).filter(([, one]) => one.operationId)) {
      const group = one.tags[0];
      groups.set(group, [...(groups.get(group) ?? []), operation(path, method, one, api.components)]);
    }
  }
  const scheme = api.components.securitySchemes.readToken.description;
  return [
    element("h1", {}, api.info.title),
    element("p", {}, api.info.description),
    element("p", {}, scheme),
    element("p", {}, "As a file: ", element("a", { href: "/v1/openapi.json" }, "openapi.json")),
    ...[...groups].flatMap(([group, operations]) => [element("h2", {}, group), ...operations]),
  ];
}

async function start() {
  const main = document.getElementById("main");
  try {
    const answered = await fetch("/v1/openapi.json");
    if (!answered.ok) throw new Error(`the gateway answers ${answered.status}: try again in a moment`);
    main.replaceChildren(...show(await answered.json()));
  } catch (error) {
    main.replaceChildren(element("p", {}, String(error)));
  }
}

start();
