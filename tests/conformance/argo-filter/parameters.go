package main

import (
	"encoding/json"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
)

type parametersInput struct {
	Trigger v1alpha1.Trigger      `json:"trigger"`
	Events  map[string]inputEvent `json:"events"` // by dependency name; what the transform of the dependency left
}

// parametersAnswer holds what the trigger would do, for the kinds whose parameters EFL writes.
type parametersAnswer struct {
	Template *v1alpha1.TriggerTemplate `json:"template,omitempty"` // after trigger.parameters
	Resource json.RawMessage           `json:"resource,omitempty"` // k8s, argoWorkflow: the object sent to the API server
	HTTP     *httpRequest              `json:"http,omitempty"`
	Error    string                    `json:"error,omitempty"`
}

type httpRequest struct {
	Trigger *v1alpha1.HTTPTrigger `json:"trigger"` // after its own parameters
	Body    string                `json:"body"`
	Headers map[string]string     `json:"headers,omitempty"` // static and dynamic ones
}

func parametersLine(line []byte) []byte {
	var answer parametersAnswer
	var input parametersInput
	err := json.Unmarshal(line, &input)
	if err == nil {
		err = resolve(input, &answer)
	}
	if err != nil {
		answer = parametersAnswer{Error: err.Error()}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		text, _ = json.Marshal(parametersAnswer{Error: err.Error()})
	}
	return text
}

// resolve is triggerOne of pkg/sensors/listener.go up to the point where something leaves the process.
func resolve(input parametersInput, answer *parametersAnswer) (err error) {
	defer guard(&err)
	events := make(map[string]*v1alpha1.Event, len(input.Events))
	for name, e := range input.Events {
		event, err := e.cloudEvent()
		if err != nil {
			return err
		}
		events[name] = argoEvent(*event)
	}
	trigger := input.Trigger
	if err := triggers.ApplyTemplateParameters(events, &trigger); err != nil {
		return err
	}
	answer.Template = trigger.Template
	switch template := trigger.Template; {
	case template == nil:
		return nil
	case template.ArgoWorkflow != nil:
		answer.Resource, err = resource(template.ArgoWorkflow.Source, template.ArgoWorkflow.Parameters, events)
	case template.K8s != nil:
		answer.Resource, err = resource(template.K8s.Source, template.K8s.Parameters, events)
	case template.HTTP != nil:
		answer.HTTP, err = request(template.HTTP, events)
	}
	return err
}

// resource follows FetchResource and ApplyResourceParameters of the k8s and argoWorkflow triggers.
func resource(source *v1alpha1.ArtifactLocation, parameters []v1alpha1.TriggerParameter, events map[string]*v1alpha1.Event) ([]byte, error) {
	object, err := triggers.FetchKubernetesResource(source)
	if err != nil {
		return nil, err
	}
	if err := triggers.ApplyResourceParameters(events, parameters, object); err != nil {
		return nil, err
	}
	return object.MarshalJSON()
}

// request follows ApplyResourceParameters and Execute of pkg/sensors/triggers/http.
func request(trigger *v1alpha1.HTTPTrigger, events map[string]*v1alpha1.Event) (*httpRequest, error) {
	if trigger.Parameters != nil {
		before, err := json.Marshal(trigger)
		if err != nil {
			return nil, err
		}
		after, err := triggers.ApplyParams(before, trigger.Parameters, events)
		if err != nil {
			return nil, err
		}
		trigger = &v1alpha1.HTTPTrigger{}
		if err := json.Unmarshal(after, trigger); err != nil {
			return nil, err
		}
	}
	answer := &httpRequest{Trigger: trigger, Headers: map[string]string{}}
	if trigger.Payload != nil {
		body, err := triggers.ConstructPayload(events, trigger.Payload)
		if err != nil {
			return nil, err
		}
		answer.Body = string(body)
	}
	for name, value := range trigger.Headers {
		answer.Headers[name] = value
	}
	for _, header := range trigger.DynamicHeaders {
		value, _, err := triggers.ResolveParamValue(header.Src, events)
		if err != nil {
			return nil, err
		}
		answer.Headers[header.Dest] = *value // nil for an absent dependency: the sensor dies of it, guard says so
	}
	return answer, nil
}
