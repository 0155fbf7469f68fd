-- References to Secrets and ConfigMaps may stand anywhere, under many names (`accessKey`, `authSecret`, `configMapKeyRef`).
function GetDependencies(desiredObj)
  local found = {}
  local seen = {}
  local function add(kind, name)
    if type(name) == 'string' and name ~= '' and seen[kind .. name] == nil then
      seen[kind .. name] = true
      found[#found + 1] = { apiVersion = 'v1', kind = kind, namespace = desiredObj.metadata.namespace, name = name }
    end
  end
  local function walk(value)
    if type(value) ~= 'table' then
      return
    end
    for key, inner in pairs(value) do
      -- Upstream: k8s.io/api/core/v1, SecretKeySelector and ConfigMapKeySelector: `name`, `key` and `optional`, and nothing else.
      if type(key) == 'string' and type(inner) == 'table' and type(inner.name) == 'string' and type(inner.key) == 'string' then
        local selects = true
        for field, _ in pairs(inner) do
          if field ~= 'name' and field ~= 'key' and field ~= 'optional' then
            selects = false
          end
        end
        if selects and string.find(string.lower(key), 'configmap', 1, true) ~= nil then
          add('ConfigMap', inner.name)
        elseif selects then
          add('Secret', inner.name)
        end
      end
      walk(inner)
    end
  end
  walk(desiredObj.spec)
  if desiredObj.spec.template ~= nil and desiredObj.spec.template.serviceAccountName ~= nil then
    add('ServiceAccount', desiredObj.spec.template.serviceAccountName)
  end
  return found
end
