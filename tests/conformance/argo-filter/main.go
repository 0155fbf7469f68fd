// Command argo-filter answers, for many events at once, what an Argo Events sensor would do with each of them.
//
// It runs Argo Events' own packages, in the order of pkg/sensors/listener.go: an event is decoded from its CloudEvent
// JSON as it comes off the bus, transformed, filtered, and (with --parameters) patched into the trigger. Input and output
// are JSON lines; the output has one line per input line, in the same order.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"runtime"
)

func main() {
	parameters := flag.Bool("parameters", false, "resolve triggers instead of filtering events")
	flag.Parse()

	// Argo Events prints some warnings with fmt.Printf; they must not end up between our lines.
	stdout := os.Stdout
	os.Stdout = os.Stderr

	answer := filterLine
	if *parameters {
		answer = parametersLine
	}
	if err := run(os.Stdin, stdout, answer); err != nil {
		fmt.Fprintln(os.Stderr, "argo-filter:", err)
		os.Exit(1)
	}
}

// run answers each input line on one of GOMAXPROCS workers and writes the answers in input order.
func run(in *os.File, out *os.File, answer func(line []byte) []byte) error {
	type job struct {
		line   []byte
		answer chan []byte
	}
	workers := runtime.GOMAXPROCS(0)
	jobs := make(chan job, 64*workers)
	ordered := make(chan job, 64*workers)
	for range workers {
		go func() {
			for j := range jobs {
				j.answer <- answer(j.line)
			}
		}()
	}

	var scanErr error
	go func() {
		lines := bufio.NewScanner(in)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			j := job{append([]byte(nil), lines.Bytes()...), make(chan []byte, 1)}
			ordered <- j
			jobs <- j
		}
		scanErr = lines.Err()
		close(jobs)
		close(ordered)
	}()

	w := bufio.NewWriterSize(out, 1<<20)
	for j := range ordered {
		w.Write(append(<-j.answer, '\n'))
		if len(ordered) == 0 { // nothing waits: a caller may be reading answer by answer
			w.Flush()
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return scanErr
}
