-- The Secrets, ConfigMaps and the account that a function names.
function GetDependencies(desiredObj)
  local found = {}
  local seen = {}
  local function add(kind, name)
    if name ~= nil and name ~= '' and seen[kind .. name] == nil then
      seen[kind .. name] = true
      found[#found + 1] = { apiVersion = 'v1', kind = kind, namespace = desiredObj.metadata.namespace, name = name }
    end
  end
  local pod = desiredObj.spec.template.spec
  if pod.serviceAccountName ~= nil then
    add('ServiceAccount', pod.serviceAccountName)
  end
  if pod.imagePullSecrets ~= nil then
    for i = 1, #pod.imagePullSecrets do
      add('Secret', pod.imagePullSecrets[i].name)
    end
  end
  for i = 1, #pod.containers do
    local env = pod.containers[i].env
    if env ~= nil then
      for j = 1, #env do
        local from = env[j].valueFrom
        if from ~= nil and from.secretKeyRef ~= nil then
          add('Secret', from.secretKeyRef.name)
        end
        if from ~= nil and from.configMapKeyRef ~= nil then
          add('ConfigMap', from.configMapKeyRef.name)
        end
      end
    end
  end
  return found
end
