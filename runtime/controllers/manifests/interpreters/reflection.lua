-- The status, and of which version of the template it is.
function ReflectStatus(observedObj)
  local status = {}
  if observedObj.status ~= nil then
    status = observedObj.status
  end
  status.generation = observedObj.metadata.generation
  if observedObj.metadata.annotations ~= nil then
    local generation = observedObj.metadata.annotations['resourcetemplate.karmada.io/generation']
    if generation ~= nil then
      status.resourceTemplateGeneration = tonumber(generation)
    end
  end
  return status
end
