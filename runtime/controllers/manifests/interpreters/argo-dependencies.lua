-- References to Secrets and ConfigMaps may stand anywhere: a table with `name` and `key` below a key that says which.
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
      if type(inner) == 'table' and inner.name ~= nil and inner.key ~= nil and type(key) == 'string' then
        if string.match(key, '[sS]ecret$') ~= nil or string.match(key, 'Secret') ~= nil then
          add('Secret', inner.name)
        elseif string.match(key, '[cC]onfigMap') ~= nil then
          add('ConfigMap', inner.name)
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
