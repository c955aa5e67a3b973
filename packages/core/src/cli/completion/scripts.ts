import { quote } from '../../remote/command/quote.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/**
 * A script that completes `tasks`, by asking the one on the PATH or else `program`.
 *
 * Whatever is answered is text: no script evaluates it, and what is inserted is quoted for the shell.
 */
export const completionScript = (shell: Shell, program: readonly string[]): string => scripts[shell](program)

const scripts: Readonly<Record<Shell, (program: readonly string[]) => string>> = {
  bash: (program) => `# tasks for bash: source <(tasks completion bash)
_viridian_tasks() {
  local rest=\${COMP_LINE:0:COMP_POINT} piece= trimmed answer line head words=() tasks=()
  # Bash takes words apart at : and =, too. What no blank parts is one word.
  for piece in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    [ \${#piece} -le \${#trimmed} ] || piece=$trimmed
    if [ "$trimmed" = "$rest" ] && [ \${#words[@]} -gt 0 ]; then
      words[\${#words[@]}-1]+=$piece
    else
      words+=("$piece")
    fi
    rest=\${trimmed#"$piece"}
  done
  # Bash replaces the last piece alone; behind a : or = it is empty.
  head=\${words[\${#words[@]}-1]}
  case $piece in [:=]*) ;; *) head=\${head%"$piece"} ;; esac
  # The one on the PATH, whatever function or alias has its name.
  tasks=("$(type -P tasks)")
  [ -n "\${tasks[0]}" ] || tasks=(${program.map(quote).join(' ')})
  COMPREPLY=()
  if ! answer=$("\${tasks[@]}" complete "\${words[@]:1}" 2>/dev/null </dev/null); then
    compopt -o default 2>/dev/null
    return
  fi
  while IFS=$'\\t' read -r line _; do
    line=\${line#"$head"}
    case $line in *[!A-Za-z0-9_./:=,@%+-]*) printf -v line %q "$line" ;; esac
    [ -z "$line" ] || COMPREPLY+=("$line")
  done <<<"$answer"
}
complete -F _viridian_tasks tasks
`,
  zsh: (program) => `# tasks for zsh: source <(tasks completion zsh)
_viridian_tasks() {
  local answer line width=0
  local -a tasks values summaries shown
  # The one on the PATH, whatever function or alias has its name.
  tasks=("$(whence -p tasks)")
  [[ -n $tasks[1] ]] || tasks=(${program.map(quote).join(' ')})
  if ! answer=$("\${tasks[@]}" complete "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null </dev/null); then
    _files
    return
  fi
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] || continue
    values+=("\${line%%$'\\t'*}") summaries+=("\${line#*$'\\t'}")
    (( \${#values[-1]} <= width )) || width=\${#values[-1]}
  done
  for (( line = 1; line <= \${#values}; line++ )); do
    shown+=("\${(r:width:)values[line]}\${summaries[line]:+  \${summaries[line]}}")
  done
  compadd -l -d shown -a values
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
compdef _viridian_tasks tasks
`,
  fish: (program) => `# tasks for fish: tasks completion fish | source
function __viridian_tasks
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    # The one on the PATH, whatever function has its name.
    set -l tasks (command -s tasks)
    or set tasks ${program.map(fishQuote).join(' ')}
    set -l answer ($tasks complete $words "$current" 2>/dev/null </dev/null)
    or set answer (__fish_complete_path "$current")
    printf '%s\\n' $answer
end
complete -c tasks -e
complete -c tasks -f -a '(__viridian_tasks)'
`,
}

const fishQuote = (word: string): string => `'${word.replaceAll(/[\\']/g, '\\$&')}'`
