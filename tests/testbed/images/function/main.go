// Function is a Knative function for tests: it prints every call as a line of JSON, and answers with it; with the status STATUS if that
// is set.
package main

import (
	"cmp"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

type call struct {
	At     string      `json:"at"`
	Method string      `json:"method"`
	Path   string      `json:"path"`
	Header http.Header `json:"header"`
	Body   string      `json:"body"`
}

func main() {
	lines := json.NewEncoder(os.Stdout)
	status, err := strconv.Atoi(cmp.Or(os.Getenv("STATUS"), "200"))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		seen := call{time.Now().UTC().Format(time.RFC3339Nano), r.Method, r.URL.RequestURI(), r.Header, string(body)}
		if err := lines.Encode(seen); err != nil {
			log.Print(err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(seen); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(":"+cmp.Or(os.Getenv("PORT"), "8080"), nil))
}
