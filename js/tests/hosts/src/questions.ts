/** The questions of `tests/tests/host_answers.rs`, put to a workspace of this host. */

import type * as Ringfence from "ringfence";

/** The files of one workspace, and what is asked about them. */
export interface Case {
  readonly name: string;
  readonly options: Ringfence.WorkspaceOptions;
  /** The paths of its files in the workspace, and from the root of the repository. */
  readonly files: readonly (readonly [string, string])[];
  readonly questions: readonly Question[];
}

/** A call of a method, and what the core answers natively. */
export interface Question {
  readonly method: "check" | "explain" | "exposure" | "fix" | "flows" | "graph" | "report";
  readonly arguments: readonly unknown[];
  readonly answer:
    | { readonly text: string }
    | { readonly refused: { readonly code: string; readonly message: string } };
}

/** Answers all questions, case by case. What is no text is written as JSON. */
export async function answers(
  { Workspace }: typeof Ringfence,
  cases: readonly Case[],
  read: (place: string) => Promise<Uint8Array>,
): Promise<string[][]> {
  const all: string[][] = [];
  for (const { options, files, questions } of cases) {
    const workspace = await Workspace.create(options);
    for (const [path, place] of files) workspace.set(path, await read(place));
    all.push(questions.map((question) => answer(workspace, question)));
    workspace.dispose();
  }
  return all;
}

function answer(workspace: Ringfence.Workspace, question: Question): string {
  const method = workspace[question.method] as (...args: readonly unknown[]) => unknown;
  try {
    return written(method.apply(workspace, [...question.arguments]));
  } catch (error) {
    if (error instanceof Error && "code" in error) return refusal(String(error.code), error.message);
    throw error;
  }
}

/** What the core answers natively, written in the same way. */
export function expected({ method, answer }: Question): string {
  if ("refused" in answer) return refusal(answer.refused.code, answer.refused.message);
  return method === "report" ? answer.text : written(JSON.parse(answer.text));
}

function written(given: unknown): string {
  return typeof given === "string" ? given : JSON.stringify(given);
}

function refusal(code: string, message: string): string {
  return `refused: ${code}: ${message}`;
}
