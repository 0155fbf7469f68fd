package main

import (
	"encoding/json"
	"fmt"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	cloudevents "github.com/cloudevents/sdk-go/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// inputEvent is an event as the caller writes it: CloudEvent attributes and the data Argo's event source would publish.
type inputEvent struct {
	Context map[string]any  `json:"context"`
	Data    json.RawMessage `json:"data"` // absent: a CloudEvent without data
}

// cloudEvent decodes the event as trigger_conn.go does with a message of the bus. Attributes the caller left out get
// the values Argo's event sources set.
func (e inputEvent) cloudEvent() (*cloudevents.Event, error) {
	attributes := map[string]any{
		"specversion": "1.0", "id": "0", "source": "source", "type": "webhook",
		"subject": "event", "time": "2000-01-01T00:00:00Z", "datacontenttype": "application/json",
	}
	for k, v := range e.Context {
		attributes[k] = v
	}
	if e.Data != nil {
		attributes["data"] = e.Data
	}
	message, err := json.Marshal(attributes)
	if err != nil {
		return nil, err
	}
	var event *cloudevents.Event
	if err := json.Unmarshal(message, &event); err != nil {
		return nil, fmt.Errorf("not a CloudEvent: %w", err)
	}
	return event, nil
}

// argoEvent is convertEvent of pkg/sensors/listener.go, which is not exported.
func argoEvent(event cloudevents.Event) *v1alpha1.Event {
	return &v1alpha1.Event{
		Context: &v1alpha1.EventContext{
			DataContentType: event.Context.GetDataContentType(),
			Source:          event.Context.GetSource(),
			SpecVersion:     event.Context.GetSpecVersion(),
			Type:            event.Context.GetType(),
			Time:            metav1.Time{Time: event.Context.GetTime()},
			ID:              event.Context.GetID(),
			Subject:         event.Context.GetSubject(),
		},
		Data: event.Data(),
	}
}

// guard turns a panic of the code under test into an error: in a sensor it would end the process.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("panic: %v", p)
	}
}
