// Runs Workflows, one JSON case per line, on Argo's own controller code; with --replace, evaluates one template per line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	exprenv "github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/expr-lang/expr"

	"sim/controller"
)

type replacement struct {
	Text   string            `json:"text"`
	Params map[string]string `json:"params"`
}

func main() {
	replace := len(os.Args) > 1 && os.Args[1] == "--replace"
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var answer any
			if replace {
				answer = replaced(line)
			} else {
				answer = run(line)
			}
			fmt.Fprintln(out, string(must(json.Marshal(answer))))
		}
		if err != nil {
			return
		}
	}
}

func run(line []byte) any {
	var c controller.Case
	if err := json.Unmarshal(line, &c); err != nil {
		return controller.Result{Phase: "Invalid", Message: err.Error()}
	}
	return controller.Run(c)
}

func replaced(line []byte) any {
	var r replacement
	if err := json.Unmarshal(line, &r); err != nil {
		return map[string]string{"error": err.Error()}
	}
	params := map[string]any{}
	for k, v := range r.Params {
		params[k] = v
	}
	text, err := template.Replace(string(must(json.Marshal(r.Text))), params, true)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	var result string
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		return map[string]string{"error": err.Error()}
	}
	if strings.HasPrefix(result, "{{=") {
		env := exprenv.GetFuncMap(params)
		program, err := expr.Compile(result[3:len(result)-2], expr.Env(env))
		if err == nil {
			_, err = expr.Run(program, env)
		}
		return map[string]string{"error": fmt.Sprint(err), "text": result}
	}
	return map[string]string{"text": result}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
