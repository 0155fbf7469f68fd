package main

import (
	"encoding/json"
	"fmt"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/sensors/dependencies"
)

type filterInput struct {
	Dependency v1alpha1.EventDependency `json:"dependency"`
	Event      inputEvent               `json:"event"`
}

type filterAnswer struct {
	Pass  bool            `json:"pass"`
	Error string          `json:"error,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"` // what a trigger would see, where the dependency has a transform
}

func filterLine(line []byte) []byte {
	var answer filterAnswer
	var input filterInput
	err := json.Unmarshal(line, &input)
	if err == nil {
		answer.Pass, answer.Data, err = pass(input)
	}
	if err != nil {
		answer.Error = err.Error()
	}
	text, err := json.Marshal(answer)
	if err != nil { // Data is not JSON: a transform wrote it
		text, _ = json.Marshal(filterAnswer{Error: err.Error()})
	}
	return text
}

// pass is transformFunc and filterFunc of pkg/sensors/listener.go. Like there, an error beside a true result (which
// filtersLogicalOperator: or can give) does not stop the event.
func pass(input filterInput) (ok bool, data []byte, err error) {
	defer guard(&err)
	event, err := input.Event.cloudEvent()
	if err != nil {
		return false, nil, err
	}
	dependency := input.Dependency
	if dependency.Transform != nil {
		if event, err = dependencies.ApplyTransform(event, dependency.Transform); err != nil {
			return false, nil, fmt.Errorf("transform: %w", err)
		}
		data = event.Data()
	}
	if dependency.Filters == nil {
		return true, data, nil
	}
	ok, err = dependencies.Filter(argoEvent(*event), dependency.Filters, dependency.FiltersLogicalOperator)
	return ok, data, err
}
