// Runs one Workflow on Argo's own controller code, with a fake API server and answers for its HTTP steps.

package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/argoproj/pkg/sync"
	"github.com/sirupsen/logrus"
	apiv1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	metadatafake "k8s.io/client-go/metadata/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"

	"github.com/argoproj/argo-workflows/v3/config"
	"github.com/argoproj/argo-workflows/v3/persist/sqldb"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	fakewfclientset "github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/fake"
	"github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/scheme"
	wfextv "github.com/argoproj/argo-workflows/v3/pkg/client/informers/externalversions"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	armocks "github.com/argoproj/argo-workflows/v3/workflow/artifactrepositories/mocks"
	controllercache "github.com/argoproj/argo-workflows/v3/workflow/controller/cache"
	"github.com/argoproj/argo-workflows/v3/workflow/controller/entrypoint"
	"github.com/argoproj/argo-workflows/v3/workflow/controller/estimation"
	"github.com/argoproj/argo-workflows/v3/workflow/controller/pod"
	hydratorfake "github.com/argoproj/argo-workflows/v3/workflow/hydrator/fake"
	"github.com/argoproj/argo-workflows/v3/workflow/metrics"
	"github.com/argoproj/argo-workflows/v3/workflow/util"
	"github.com/argoproj/argo-workflows/v3/workflow/templateresolution"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
)

type simEvents struct{ recorder *record.FakeRecorder }

func (t simEvents) Get(string) record.EventRecorder { return t.recorder }

func simController(objects ...runtime.Object) (context.CancelFunc, *WorkflowController) {
	ctx, cancel := context.WithCancel(context.Background())
	wfclientset := fakewfclientset.NewSimpleClientset(objects...)
	dynamicClient := dynamicfake.NewSimpleDynamicClient(scheme.Scheme, objects...)
	informerFactory := wfextv.NewSharedInformerFactory(wfclientset, 0)
	kube := fake.NewSimpleClientset(&apiv1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}})
	metadataScheme := metadatafake.NewTestScheme()
	_ = metav1.AddMetaToScheme(metadataScheme)
	wfc := &WorkflowController{
		Config: config.Config{Images: map[string]config.Image{}},
		artifactRepositories: armocks.DummyArtifactRepositories(&wfv1.ArtifactRepository{
			S3: &wfv1.S3ArtifactRepository{S3Bucket: wfv1.S3Bucket{Endpoint: "e", Bucket: "b"}},
		}),
		cliExecutorLogFormat: "text",
		kubeclientset:        kube,
		dynamicInterface:     dynamicClient,
		metadataInterface:    metadatafake.NewSimpleMetadataClient(metadataScheme),
		wfclientset:          wfclientset,
		workflowKeyLock:      sync.NewKeyLock(),
		wfArchive:            sqldb.NullWorkflowArchive,
		hydrator:             hydratorfake.Noop,
		estimatorFactory:     estimation.DummyEstimatorFactory,
		eventRecorderManager: &simEvents{record.NewFakeRecorder(10000)},
		archiveLabelSelector: labels.Everything(),
		cacheFactory:         controllercache.NewCacheFactory(kube, "default"),
		maxStackDepth:        maxAllowedStackDepth,
		lastWrittenVersions:  lastWrittenVersions{versions: make(map[types.UID]lastWrittenVersion)},
	}
	wfc.metrics, _, _ = metrics.CreateDefaultTestMetrics()
	wfc.entrypoint = entrypoint.New(kube, wfc.Config.Images)
	wfc.wfQueue = workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	wfc.throttler = wfc.newThrottler()
	wfc.rateLimiter = wfc.newRateLimiter()
	wfc.wfInformer = util.NewWorkflowInformer(dynamicClient, "", 0, wfc.tweakListRequestListOptions, wfc.tweakWatchRequestListOptions, indexers)
	wfc.wfTaskSetInformer = informerFactory.Argoproj().V1alpha1().WorkflowTaskSets()
	wfc.artGCTaskInformer = informerFactory.Argoproj().V1alpha1().WorkflowArtifactGCTasks()
	wfc.taskResultInformer = wfc.newWorkflowTaskResultInformer()
	wfc.wftmplInformer = informerFactory.Argoproj().V1alpha1().WorkflowTemplates()
	_ = wfc.addWorkflowInformerHandlers(ctx)
	wfc.PodController = pod.NewController(ctx, &wfc.Config, wfc.restConfig, "", wfc.kubeclientset, wfc.wfInformer, wfc.metrics, wfc.enqueueWfFromPodLabel)
	wfc.typedConfigMapInformer = wfc.newTypedConfigMapInformer()
	wfc.createSynchronizationManager(ctx)
	_ = wfc.initManagers(ctx)
	wfc.cwftmplInformer = informerFactory.Argoproj().V1alpha1().ClusterWorkflowTemplates()
	informers := []cache.SharedIndexInformer{
		wfc.wfInformer, wfc.wftmplInformer.Informer(), wfc.PodController.TestingPodInformer(), wfc.cwftmplInformer.Informer(),
		wfc.wfTaskSetInformer.Informer(), wfc.artGCTaskInformer.Informer(), wfc.taskResultInformer, wfc.typedConfigMapInformer,
	}
	for _, informer := range informers {
		go informer.Run(ctx.Done())
	}
	for _, informer := range informers {
		for !informer.HasSynced() {
			time.Sleep(time.Millisecond)
		}
	}
	return cancel, wfc
}

// Case is what is run.
type Case struct {
	Templates []json.RawMessage `json:"templates"`
	Workflow  json.RawMessage   `json:"workflow"`
	// Answers of functions: the first whose host matches and whose `contains` is in the body; used up when `once`.
	Answers []Answer `json:"answers"`
}

// Answer of a function.
type Answer struct {
	Host     string `json:"host"`
	Contains string `json:"contains"`
	Once     bool   `json:"once"`
	Status   int    `json:"status"`
	Body     string `json:"body"`
	used     bool
}

// Call that was made.
type Call struct {
	URL    string `json:"url"`
	Host   string `json:"host"`
	Key    string `json:"key"`
	Body   string `json:"body"`
	Status int    `json:"status"`
	// Round of the controller in which it was made.
	Round int `json:"round"`
}

// Result of a run.
type Result struct {
	Phase   string            `json:"phase"`
	Message string            `json:"message"`
	Calls   []Call            `json:"calls"`
	Nodes   map[string]string `json:"nodes,omitempty"`
	Outputs json.RawMessage   `json:"outputs,omitempty"`
	Invalid []string          `json:"invalid,omitempty"`
	Most    int               `json:"most"`
}

// Run runs a case.
func Run(c Case) Result {
	logrus.SetOutput(os.Stderr)
	if os.Getenv("SIM_LOG") == "" {
		logrus.SetLevel(logrus.PanicLevel)
	}
	var result Result
	var objects []runtime.Object
	for _, raw := range c.Templates {
		var template wfv1.WorkflowTemplate
		if err := json.Unmarshal(raw, &template); err != nil {
			return Result{Phase: "Invalid", Message: err.Error()}
		}
		template.Namespace = "default"
		objects = append(objects, &template)
	}
	var wf wfv1.Workflow
	if err := json.Unmarshal(c.Workflow, &wf); err != nil {
		return Result{Phase: "Invalid", Message: err.Error()}
	}
	wf.Namespace = "default"
	wf.UID = types.UID("uid")
	objects = append(objects, &wf)
	cancel, controller := simController(objects...)
	defer cancel()
	ctx := context.Background()

	getter := templateresolution.WrapWorkflowTemplateInterface(controller.wfclientset.ArgoprojV1alpha1().WorkflowTemplates("default"))
	for _, object := range objects {
		if template, ok := object.(*wfv1.WorkflowTemplate); ok {
			if err := validate.ValidateWorkflowTemplate(getter, nil, template, nil, validate.ValidateOpts{Lint: true}); err != nil {
				result.Invalid = append(result.Invalid, template.Name+": "+err.Error())
			}
		}
	}
	if err := validate.ValidateWorkflow(getter, nil, wf.DeepCopy(), nil, validate.ValidateOpts{}); err != nil {
		result.Invalid = append(result.Invalid, "workflow: "+err.Error())
	}

	current := &wf
	done := map[string]bool{}
	for round := 1; round < 200; round++ {
		woc := newWorkflowOperationCtx(current, controller)
		woc.operate(ctx)
		current = woc.wf
		if current.Status.Fulfilled() {
			break
		}
		var ids []string
		for id := range woc.taskSet {
			if !done[id] {
				ids = append(ids, id)
			}
		}
		sort.Strings(ids)
		if len(ids) > result.Most {
			result.Most = len(ids)
		}
		progress := false
		for _, id := range ids {
			done[id] = true
			progress = true
			template := woc.taskSet[id]
			call := Call{URL: template.HTTP.URL, Body: template.HTTP.Body, Round: round}
			for _, header := range template.HTTP.Headers {
				switch strings.ToLower(header.Name) {
				case "host":
					call.Host = header.Value
				case "idempotency-key":
					call.Key = header.Value
				}
			}
			status, body := 200, "null"
			for i := range c.Answers {
				a := &c.Answers[i]
				if !a.used && (a.Host == "" || strings.HasPrefix(call.Host, a.Host)) && strings.Contains(call.Body, a.Contains) {
					status, body = a.Status, a.Body
					a.used = a.Once
					break
				}
			}
			call.Status = status
			result.Calls = append(result.Calls, call)
			node, err := current.Status.Nodes.Get(id)
			if err != nil {
				return Result{Phase: "Lost", Message: err.Error()}
			}
			ok, err := argoexpr.EvalBool(template.HTTP.SuccessCondition, map[string]interface{}{
				"response": map[string]interface{}{"statusCode": status, "body": body},
			})
			node.Outputs = &wfv1.Outputs{Result: &body}
			node.Phase = wfv1.NodeSucceeded
			if err != nil || !ok {
				node.Phase = wfv1.NodeFailed
				node.Message = fmt.Sprintf("answered %d", status)
			}
			node.FinishedAt = metav1.NewTime(time.Now().Add(-time.Hour))
			current.Status.Nodes.Set(id, *node)
		}
		for id, node := range current.Status.Nodes {
			if node.Type == wfv1.NodeTypeSuspend && node.Phase == wfv1.NodeRunning {
				node.StartedAt = metav1.NewTime(time.Now().Add(-24 * time.Hour))
				current.Status.Nodes.Set(id, node)
				progress = true
			}
			if node.Type == wfv1.NodeTypeRetry && node.Phase == wfv1.NodeRunning {
				progress = true
			}
			// Delays of retries are over at once.
			if node.Fulfilled() && node.FinishedAt.After(time.Now().Add(-time.Minute)) {
				node.FinishedAt = metav1.NewTime(time.Now().Add(-time.Hour))
				current.Status.Nodes.Set(id, node)
			}
		}
		if !progress && round > 20 {
			result.Message = "stuck: "
			break
		}
	}
	result.Phase = string(current.Status.Phase)
	result.Message += current.Status.Message
	result.Nodes = map[string]string{}
	for _, node := range current.Status.Nodes {
		result.Nodes[node.Name] = string(node.Phase) + " " + node.Message
		if node.Outputs != nil && node.Name == current.Name {
			result.Outputs, _ = json.Marshal(node.Outputs)
		}
	}
	return result
}
