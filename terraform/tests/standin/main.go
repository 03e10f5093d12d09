// Command standin is a Terraform provider that has another provider's argument schema and none of its behaviour. It
// reads <provider>.json from the folder that STANDIN_SCHEMAS names; which provider it stands in for is told by the name
// of its file. Terraform itself then validates, plans and applies the modules: arguments, types, references, expressions,
// and which values are unknown until apply. No request leaves the machine; what a real provider would learn from its
// cloud is made up, the same each time.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type attribute struct {
	Type     json.RawMessage
	Computed bool
	Optional bool
	Required bool
	Nested   string
	Block    *block
}

type nestedBlock struct {
	Nesting string
	Min     int64
	Max     int64
	Block   block
}

type block struct {
	Attributes map[string]attribute
	Blocks     map[string]nestedBlock
}

type schemas struct {
	Provider  block
	Resource  map[string]block
	Data      map[string]block
	Ephemeral map[string]block
}

// server answers Terraform; the methods that no configuration here can cause are left to the nil interface.
type server struct {
	tfprotov6.ProviderServer
	schemas schemas
}

func main() {
	name := strings.Split(strings.TrimPrefix(filepath.Base(os.Args[0]), "terraform-provider-"), "_")[0]
	s := &server{}
	for _, file := range []string{name + ".json", "ephemeral.json"} {
		text, err := os.ReadFile(filepath.Join(os.Getenv("STANDIN_SCHEMAS"), file))
		if err != nil {
			log.Fatal(err)
		}
		if err := json.Unmarshal(text, &s.schemas); err != nil {
			log.Fatalf("%s: %s", file, err)
		}
	}
	for kind := range s.schemas.Ephemeral {
		if !strings.HasPrefix(kind, name+"_") {
			delete(s.schemas.Ephemeral, kind)
		}
	}
	address := "registry.terraform.io/hashicorp/" + name
	if err := tf6server.Serve(address, func() tfprotov6.ProviderServer { return s }); err != nil {
		log.Fatal(err)
	}
}

func (b block) schema() *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: b.schemaBlock()}
}

func (b block) schemaBlock() *tfprotov6.SchemaBlock {
	blocks := []*tfprotov6.SchemaNestedBlock{}
	for name, nested := range b.Blocks {
		nesting := map[string]tfprotov6.SchemaNestedBlockNestingMode{
			"list":   tfprotov6.SchemaNestedBlockNestingModeList,
			"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
			"map":    tfprotov6.SchemaNestedBlockNestingModeMap,
			"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
		}[nested.Nesting]
		limits := &tfprotov6.SchemaNestedBlock{TypeName: name, Nesting: nesting, Block: nested.Block.schemaBlock()}
		if nested.Nesting != "single" {
			limits.MinItems, limits.MaxItems = nested.Min, nested.Max
		}
		blocks = append(blocks, limits)
	}
	return &tfprotov6.SchemaBlock{Attributes: b.schemaAttributes(), BlockTypes: blocks}
}

func (b block) schemaAttributes() []*tfprotov6.SchemaAttribute {
	attributes := []*tfprotov6.SchemaAttribute{}
	for name, a := range b.Attributes {
		result := &tfprotov6.SchemaAttribute{
			Name: name, Computed: a.Computed, Optional: a.Optional, Required: a.Required, WriteOnly: writeOnly(name),
		}
		if a.Block != nil {
			nesting := map[string]tfprotov6.SchemaObjectNestingMode{
				"list":   tfprotov6.SchemaObjectNestingModeList,
				"set":    tfprotov6.SchemaObjectNestingModeSet,
				"single": tfprotov6.SchemaObjectNestingModeSingle,
			}[a.Nested]
			result.NestedType = &tfprotov6.SchemaObject{Attributes: a.Block.schemaAttributes(), Nesting: nesting}
		} else {
			kind, err := tftypes.ParseJSONType(a.Type)
			if err != nil {
				log.Fatalf("%s: %s", name, err)
			}
			result.Type = kind
		}
		attributes = append(attributes, result)
	}
	return attributes
}

// writeOnly tells the arguments whose values never reach plan or state; providers name them so.
func writeOnly(name string) bool {
	return strings.HasSuffix(name, "_wo")
}

func (b block) kind() tftypes.Type {
	return b.schema().ValueType()
}

func schemaMap(blocks map[string]block) map[string]*tfprotov6.Schema {
	result := map[string]*tfprotov6.Schema{}
	for name, b := range blocks {
		result[name] = b.schema()
	}
	return result
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{}, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:                 s.schemas.Provider.schema(),
		ResourceSchemas:          schemaMap(s.schemas.Resource),
		DataSourceSchemas:        schemaMap(s.schemas.Data),
		EphemeralResourceSchemas: schemaMap(s.schemas.Ephemeral),
	}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (s *server) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (s *server) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (s *server) ValidateEphemeralResourceConfig(context.Context, *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return &tfprotov6.ValidateEphemeralResourceConfigResponse{}, nil
}

func (s *server) UpgradeResourceState(_ context.Context, r *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	kind := s.schemas.Resource[r.TypeName].kind()
	value, err := r.RawState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (s *server) ReadResource(_ context.Context, r *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: r.CurrentState}, nil
}

// PlanResourceChange leaves unknown what only an apply would tell, as the real providers do.
func (s *server) PlanResourceChange(_ context.Context, r *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	b := s.schemas.Resource[r.TypeName]
	proposed, err := r.ProposedNewState.Unmarshal(b.kind())
	if err != nil {
		return nil, err
	}
	prior, err := r.PriorState.Unmarshal(b.kind())
	if err != nil {
		return nil, err
	}
	planned := proposed
	if !proposed.IsNull() {
		if planned, err = b.planned(proposed, prior.IsNull()); err != nil {
			return nil, err
		}
	}
	state, err := tfprotov6.NewDynamicValue(b.kind(), planned)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &state}, err
}

// planned makes write-only arguments null and, if the object is new, computed ones unknown.
func (b block) planned(value tftypes.Value, isNew bool) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		return value, err
	}
	for name, a := range b.Attributes {
		switch {
		case writeOnly(name):
			fields[name] = tftypes.NewValue(fields[name].Type(), nil)
		case isNew && a.Computed && fields[name].IsNull():
			fields[name] = tftypes.NewValue(fields[name].Type(), tftypes.UnknownValue)
		}
	}
	for name, nested := range b.Blocks {
		inner, err := nested.planned(fields[name], isNew)
		if err != nil {
			return value, err
		}
		fields[name] = inner
	}
	return tftypes.NewValue(value.Type(), fields), nil
}

func (n nestedBlock) planned(value tftypes.Value, isNew bool) (tftypes.Value, error) {
	if n.Nesting == "single" || value.IsNull() || !value.IsKnown() {
		return n.Block.planned(value, isNew)
	}
	items := []tftypes.Value{}
	if err := value.As(&items); err != nil {
		return value, err
	}
	for i, item := range items {
		inner, err := n.Block.planned(item, isNew)
		if err != nil {
			return value, err
		}
		items[i] = inner
	}
	return tftypes.NewValue(value.Type(), items), nil
}

// ApplyResourceChange makes up what the plan left unknown.
func (s *server) ApplyResourceChange(_ context.Context, r *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	b := s.schemas.Resource[r.TypeName]
	kind := b.kind()
	planned, err := r.PlannedState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	value, err := b.made(r.TypeName, planned)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, value)
	return &tfprotov6.ApplyResourceChangeResponse{NewState: &state}, err
}

func (s *server) ReadDataSource(_ context.Context, r *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	state, err := s.schemas.Data[r.TypeName].opened("data."+r.TypeName, r.Config)
	return &tfprotov6.ReadDataSourceResponse{State: state}, err
}

func (s *server) OpenEphemeralResource(_ context.Context, r *tfprotov6.OpenEphemeralResourceRequest) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	result, err := s.schemas.Ephemeral[r.TypeName].opened("ephemeral."+r.TypeName, r.Config)
	return &tfprotov6.OpenEphemeralResourceResponse{Result: result}, err
}

func (s *server) CloseEphemeralResource(context.Context, *tfprotov6.CloseEphemeralResourceRequest) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return &tfprotov6.CloseEphemeralResourceResponse{}, nil
}

func (b block) opened(address string, config *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	value, err := config.Unmarshal(b.kind())
	if err != nil {
		return nil, err
	}
	if value, err = b.planned(value, true); err != nil {
		return nil, err
	}
	if value, err = b.made(address, value); err != nil {
		return nil, err
	}
	result, err := tfprotov6.NewDynamicValue(b.kind(), value)
	return &result, err
}

const (
	account = "111122223333"
	region  = "eu-central-1"
)

// facts are the made-up values that expressions in the modules look into.
var facts = map[string][]string{
	"data.aws_caller_identity.account_id":        {account},
	"data.aws_caller_identity.arn":               {"arn:aws:iam::" + account + ":role/platform-engineer"},
	"data.aws_partition.partition":               {"aws"},
	"data.aws_partition.dns_suffix":              {"amazonaws.com"},
	"data.aws_region.region":                     {region},
	"aws_eks_cluster.certificate_authority.data": {"c3RhbmQtaW4="},
}

// made replaces each unknown value by one that depends on nothing but the object itself. What could have been given and
// was not stays null: a real provider's default would be a guess here.
func (b block) made(address string, value tftypes.Value) (tftypes.Value, error) {
	if value.IsNull() {
		return value, nil
	}
	fields := map[string]tftypes.Value{}
	if err := value.As(&fields); err != nil {
		return value, err
	}
	text := map[string]string{}
	for name, field := range fields {
		var s string
		if field.Type().Is(tftypes.String) && field.IsFullyKnown() && !field.IsNull() && field.As(&s) == nil {
			text[name] = s
		}
	}
	sum := sha256.Sum256([]byte(address + value.String()))
	digest := hex.EncodeToString(sum[:])[:12]
	return tftypes.Transform(value, func(path *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsKnown() {
			return v, nil
		}
		steps := path.Steps()
		name, _ := steps[0].(tftypes.AttributeName)
		_, isFact := facts[address+"."+string(name)]
		if b.optional(steps) && !isFact && !(len(steps) == 1 && name == "id") {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return invented(v.Type(), address, string(name), len(steps) == 1, text, digest), nil
	})
}

// optional tells whether the attribute at the end of a path is one that a configuration may give.
func (b block) optional(steps []tftypes.AttributePathStep) bool {
	name, isName := steps[0].(tftypes.AttributeName)
	switch {
	case !isName:
		return b.optional(steps[1:])
	case len(steps) == 1:
		return b.Attributes[string(name)].Optional
	}
	if nested, is := b.Blocks[string(name)]; is {
		return nested.Block.optional(steps[1:])
	}
	return b.Attributes[string(name)].Optional
}

func invented(kind tftypes.Type, address, name string, top bool, text map[string]string, digest string) tftypes.Value {
	known := facts[address+"."+name]
	switch t := kind.(type) {
	case tftypes.List:
		items := []tftypes.Value{}
		for _, fact := range known {
			items = append(items, tftypes.NewValue(tftypes.String, fact))
		}
		if len(items) == 0 {
			items = append(items, invented(t.ElementType, address, name, false, text, digest))
		}
		return tftypes.NewValue(t, items)
	case tftypes.Set:
		return tftypes.NewValue(t, []tftypes.Value{invented(t.ElementType, address, name, false, text, digest)})
	case tftypes.Map:
		return tftypes.NewValue(t, map[string]tftypes.Value{})
	case tftypes.Object:
		fields := map[string]tftypes.Value{}
		for field, fieldType := range t.AttributeTypes {
			fields[field] = invented(fieldType, address, name+"."+field, false, text, digest)
		}
		return tftypes.NewValue(t, fields)
	}
	switch {
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, 1)
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	case len(known) == 1:
		return tftypes.NewValue(tftypes.String, known[0])
	case top && name == "arn":
		return tftypes.NewValue(tftypes.String, arn(address, text, digest))
	case top && name == "id" && address == "aws_s3_bucket":
		return tftypes.NewValue(tftypes.String, text["bucket"])
	case top && (name == "id" || name == "url") && address == "aws_sqs_queue":
		return tftypes.NewValue(tftypes.String, fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", region, account, text["name"]))
	case top && name == "id" && address == "aws_iam_role":
		return tftypes.NewValue(tftypes.String, text["name"])
	}
	return tftypes.NewValue(tftypes.String, strings.TrimPrefix(address, "aws_")+"."+name+"."+digest)
}

func arn(address string, text map[string]string, digest string) string {
	service, thing, _ := strings.Cut(strings.TrimPrefix(address, "aws_"), "_")
	called := text["name"]
	if called == "" {
		called = digest
	}
	switch address {
	case "aws_s3_bucket":
		return "arn:aws:s3:::" + text["bucket"]
	case "aws_iam_role":
		return "arn:aws:iam::" + account + ":role/" + called
	case "aws_sqs_queue", "aws_sns_topic":
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, region, account, called)
	}
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s/%s", service, region, account, thing, called)
}
