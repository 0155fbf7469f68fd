-- A Knative service is well when it is Ready, and that is said of its latest version.
function InterpretHealth(observedObj)
  local status = observedObj.status
  if status == nil or status.conditions == nil then
    return false
  end
  if status.observedGeneration ~= observedObj.metadata.generation then
    return false
  end
  for i = 1, #status.conditions do
    if status.conditions[i].type == 'Ready' then
      return status.conditions[i].status == 'True'
    end
  end
  return false
end
